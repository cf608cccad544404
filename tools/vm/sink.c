// SPDX-License-Identifier: MIT
#include "sink.h"

#include "vm.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void sink_put(struct sink *s, const char *bytes, size_t n)
{
	if (s->fd < 0 || s->broken)
		return;
	if (s->end + n > s->room) {
		memmove(s->bytes, s->bytes + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
		if (s->end + n > s->room) {
			s->room = 2 * (s->end + n) + 4096;
			s->bytes = realloc(s->bytes, s->room);
			if (!s->bytes)
				die("no memory");
		}
	}
	memcpy(s->bytes + s->end, bytes, n);
	s->end += n;
}

bool sink_waits(const struct sink *s)
{
	return s->start < s->end;
}

/* A pipe that poll calls writable takes PIPE_BUF bytes without blocking. */
void sink_step(struct sink *s)
{
	size_t n = s->end - s->start;
	ssize_t done;

	if (n > PIPE_BUF)
		n = PIPE_BUF;
	done = n ? write(s->fd, s->bytes + s->start, n) : 0;
	if (done > 0) {
		s->start += done;
	} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
		s->broken = true;
		s->start = s->end = 0;
	}
}

void sink_finish(struct sink *s)
{
	while (sink_waits(s) && !s->broken)
		sink_step(s);
	free(s->bytes);
	s->bytes = NULL;
	s->start = s->end = s->room = 0;
}
