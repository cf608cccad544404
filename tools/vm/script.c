// SPDX-License-Identifier: MIT
/*
 * --script FILE: each line is a program and its arguments, in words as a shell would split them ('...', "...",
 * backslash; no variables, no patterns, no redirection: `sh -c '...'` has those). Empty lines and lines
 * that start with # are skipped. A program named by a path with a slash that exists on the host and was not
 * given by --add is put into the guest; other names are looked up there in PATH (busybox has most).
 */
#include "cpio.h"
#include "vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add_word(struct command *c, const char *word, size_t length)
{
	c->words = realloc(c->words, (c->nr_words + 1) * sizeof(*c->words));
	if (!c->words || !(c->words[c->nr_words++] = strndup(word, length)))
		die("no memory");
}

/* One word from *@p, unquoted, into @word (at least as long as the line). false: end of line. */
static bool next_word(const char **p, char *word, size_t *length, const char *where)
{
	const char *s = *p + strspn(*p, " \t");
	char quote = 0;

	*length = 0;
	if (!*s)
		return false;
	for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
		if (quote ? *s == quote : *s == '\'' || *s == '"')
			quote = quote ? 0 : *s;
		else if (*s == '\\' && quote != '\'' && s[1])
			word[(*length)++] = *++s;
		else
			word[(*length)++] = *s;
	}
	if (quote)
		die("%s: a %c is not closed", where, quote);
	*p = s;
	return true;
}

static bool is_added(const struct options *o, const char *guest)
{
	size_t i;

	for (i = 0; i < o->nr_adds; i++) {
		size_t n = strlen(o->adds[i].guest);

		if (!strncmp(o->adds[i].guest, guest, n) && (!guest[n] || guest[n] == '/'))
			return true;
	}
	return false;
}

/* A host program becomes /vmrun/N/NAME: N, since two of a name may come from different folders. */
static void take_from_host(struct options *o, struct command *c)
{
	struct stat st;
	const char *name = strrchr(c->words[0], '/');
	char *guest;
	size_t i;

	if (!name || is_added(o, c->words[0]) || stat(c->words[0], &st) || !S_ISREG(st.st_mode))
		return;
	/* An absolute name of the guest's own world (/bin/sh) is meant as such. */
	if (!strncmp(c->words[0], "/bin/", 5) || !strncmp(c->words[0], "/sbin/", 6) || !strncmp(c->words[0], "/usr/", 5))
		return;
	for (i = 0; i < o->nr_adds; i++)
		if (!strcmp(o->adds[i].host, c->words[0]))
			break;
	if (i == o->nr_adds) {
		guest = malloc(strlen(name) + 32);
		o->adds = realloc(o->adds, (o->nr_adds + 1) * sizeof(*o->adds));
		if (!guest || !o->adds)
			die("no memory");
		sprintf(guest, "/vmrun/%zu%s", i, name);
		o->adds[o->nr_adds++] = (struct add){ c->words[0], guest };
	}
	c->words[0] = strdup(o->adds[i].guest);
	if (!c->words[0])
		die("no memory");
}

struct command split_words(const char *line, const char *where)
{
	struct command c = { .line = strdup(line) };
	char *word = malloc(strlen(line) + 1);
	size_t length;

	if (!c.line || !word)
		die("no memory");
	while (next_word(&line, word, &length, where))
		add_word(&c, word, length);
	free(word);
	return c;
}

static void one_line(struct options *o, const char *line, int number)
{
	char where[64];
	struct command c;

	snprintf(where, sizeof(where), "script line %d", number);
	c = split_words(line, where);
	if (!c.nr_words)
		return;
	take_from_host(o, &c);
	o->commands = realloc(o->commands, (o->nr_commands + 1) * sizeof(*o->commands));
	if (!o->commands)
		die("no memory");
	o->commands[o->nr_commands++] = c;
}

void read_script(struct options *o)
{
	size_t size;
	char *text = read_whole(o->script, &size);
	char *line = text, *next;
	int number = 0;

	if (strlen(text) != size)
		die("%s: holds NUL bytes", o->script);
	for (; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[strspn(line, " \t")] == '#')
			number++;
		else
			one_line(o, line, ++number);
	}
	free(text);
	if (!o->nr_commands)
		die("%s: nothing to run in it", o->script);
}
