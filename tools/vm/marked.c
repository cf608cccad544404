// SPDX-License-Identifier: MIT
#include "vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MARK_MAX (1 + TOKEN_LEN + 1 + 11 + 1)

int status_of_wait(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/*
 * What @bytes begin with: the length of a complete mark, 0 when more bytes could make one, -1 when not a mark.
 */
static int match_mark(const struct marked *m, const char *bytes, size_t n, int *status)
{
	size_t i;
	long value = 0;

	for (i = 0; i < n && i < 1 + TOKEN_LEN + 1; i++) {
		char want = i == 0 ? '\0' : i <= TOKEN_LEN ? m->token[i - 1] : ' ';

		if (bytes[i] != want)
			return -1;
	}
	for (; i < n && i < MARK_MAX; i++) {
		if (bytes[i] == '\n') {
			*status = (int)value;
			return (int)i + 1;
		}
		if (bytes[i] < '0' || bytes[i] > '9')
			return -1;
		value = value * 10 + (bytes[i] - '0');
	}
	return n < MARK_MAX ? 0 : -1;
}

void marked_feed(struct marked *m, const char *bytes, size_t n)
{
	size_t start = 0, at = 0;
	char *all;

	m->held = all = realloc(m->held, m->nr_held + n + 1);
	if (!all)
		die("no memory");
	memcpy(all + m->nr_held, bytes, n);
	n += m->nr_held;
	while (at < n) {
		const char *nul = memchr(all + at, '\0', n - at);
		int status, length;

		if (!nul) {
			at = n;
			break;
		}
		at = nul - all;
		length = match_mark(m, nul, n - at, &status);
		if (length == 0)
			break;
		if (length < 0) {
			at++;
			continue;
		}
		if (at > start)
			m->data(m->arg, all + start, at - start);
		m->mark(m->arg, status);
		start = at += length;
	}
	if (at > start)
		m->data(m->arg, all + start, at - start);
	m->nr_held = n - at;
	memmove(all, all + at, m->nr_held);
}

void marked_flush(struct marked *m)
{
	if (m->nr_held)
		m->data(m->arg, m->held, m->nr_held);
	free(m->held);
	m->held = NULL;
	m->nr_held = 0;
}
