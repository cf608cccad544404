// SPDX-License-Identifier: MIT
/* What comes out of the guest's four ports, and where it goes. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MAX 3072   /* bytes of the log shown when a machine does not get to the program */

static void split_open(struct relay *y, int which)
{
	const struct options *o = y->run->opt;
	char path[512];

	if (y->split[which] && fclose(y->split[which]))
		die("%s: %s", o->split, strerror(errno));
	y->split[which] = NULL;
	if (y->program[which] >= o->nr_commands)
		return;
	snprintf(path, sizeof(path), "%s/%zu.%s", o->split, y->program[which] + 1, which ? "err" : "out");
	y->split[which] = fopen(path, "wb");
	if (!y->split[which])
		die("%s: %s", path, strerror(errno));
}

static void split_status(struct relay *y, int status)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%zu.status", y->run->opt->split, y->program[0] + 1);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%d\n", status_of_wait(status)) < 0 || fclose(f))
		die("%s: %s", path, strerror(errno));
}

static void program_data(struct relay *y, int which, const char *bytes, size_t n)
{
	if (!y->started[which])
		return; /* firmware uses COM2 as a console too */
	if (!y->run->opt->split)
		sink_put(&y->sink[which], bytes, n);
	else if (y->split[which] && fwrite(bytes, 1, n, y->split[which]) != n)
		die("%s: %s", y->run->opt->split, strerror(errno));
}

static void out_data(void *arg, const char *bytes, size_t n) { program_data(arg, 0, bytes, n); }
static void err_data(void *arg, const char *bytes, size_t n) { program_data(arg, 1, bytes, n); }

static void err_mark(void *arg, int status)
{
	struct relay *y = arg;

	if (!y->started[1]) {
		y->started[1] = true;
		return;
	}
	y->program[1]++;
	if (y->run->opt->split)
		split_open(y, 1);
}

/* The status line of a script's program stands on standard output, right behind the program's own. */
static void out_mark(void *arg, int status)
{
	struct relay *y = arg;
	const struct options *o = y->run->opt;
	char line[4096];
	int code = status_of_wait(status);

	if (!y->started[0]) {
		y->started[0] = true;
		return;
	}
	if (o->script && y->program[0] < o->nr_commands) {
		snprintf(line, sizeof(line), "vmrun: %s %d: %.3900s\n", code > 128 && (status & 127) ? "signal" : "exit",
			 status & 127 ? status & 127 : code, o->commands[y->program[0]].line);
		sink_put(&y->sink[SINK_OUT], line, strlen(line));
	}
	if (o->split) {
		split_status(y, status);
		y->program[0]++;
		split_open(y, 0);
	} else {
		y->program[0]++;
	}
}

static void control_line(struct relay *y, const char *line)
{
	const struct options *o = y->run->opt;
	const char *token = strstr(line, y->run->token);
	unsigned int value;
	char word[16];

	if (!token || sscanf(token + TOKEN_LEN, " %15s", word) != 1)
		return;
	token += TOKEN_LEN + 1 + strlen(word);
	value = strtoul(token, NULL, 10);
	if (!strcmp(word, "ready")) {
		y->ready = true;
	} else if (!strcmp(word, "stdin")) {
		y->stdin_wanted = value;
	} else if (!strcmp(word, "exit")) {
		if (!o->script)
			y->exit_code = status_of_wait(value);
		else if (value)
			y->exit_code = 1;
	} else if (!strcmp(word, "done")) {
		y->done = true;
	} else if (!strcmp(word, "say")) {
		sink_put(&y->sink[SINK_ERR], "vmrun:", 6);
		sink_put(&y->sink[SINK_ERR], token, strlen(token));
		sink_put(&y->sink[SINK_ERR], "\n", 1);
	}
}

/* Terminal escapes out: firmware moves its cursor about. */
static void strip_escapes(char *line)
{
	char *to = line;

	while (*line) {
		if (line[0] == '\033' && line[1] == '[') {
			line += 2;
			line += strspn(line, "0123456789;?=");
			line += *line != '\0';
		} else if (*line == '\r' || *line == '\033') {
			line++;
		} else {
			*to++ = *line++;
		}
	}
	*to = '\0';
}

static void log_line(struct relay *y, char *line)
{
	size_t old = y->log_tail ? strlen(y->log_tail) : 0, n;

	strip_escapes(line);
	if (!*line)
		return;
	n = strlen(line);
	y->log_tail = realloc(y->log_tail, old + n + 2);
	if (!y->log_tail)
		die("no memory");
	memcpy(y->log_tail + old, line, n);
	strcpy(y->log_tail + old + n, "\n");
	if (old + n + 1 > TAIL_MAX)
		memmove(y->log_tail, y->log_tail + (old + n + 1 - TAIL_MAX), TAIL_MAX + 1);
	if (y->run->opt->log || !strncmp(line, "BdsDxe:", 7))
		return;
	sink_put(&y->sink[SINK_ERR], line, n);
	sink_put(&y->sink[SINK_ERR], "\n", 1);
}

/* Cuts a text port into lines; one that is too long is cut. */
static void feed_lines(struct relay *y, int port, const char *bytes, size_t n)
{
	char *line = y->line[port];
	size_t i, *length = &y->line_length[port];

	for (i = 0; i < n; i++) {
		if (bytes[i] != '\n' && *length < sizeof(y->line[port]) - 1) {
			if (bytes[i])
				line[(*length)++] = bytes[i];
			continue;
		}
		line[*length] = '\0';
		*length = 0;
		if (port == PORT_CTL)
			control_line(y, line);
		else
			log_line(y, line);
	}
}

void streams_open(struct relay *y)
{
	const struct options *o = y->run->opt;

	y->sink[SINK_OUT].fd = STDOUT_FILENO;
	y->sink[SINK_ERR].fd = STDERR_FILENO;
	y->marked[0] = (struct marked){ .token = y->run->token, .data = out_data, .mark = out_mark, .arg = y };
	y->marked[1] = (struct marked){ .token = y->run->token, .data = err_data, .mark = err_mark, .arg = y };
	if (o->log) {
		y->log = fopen(o->log, "wb");
		if (!y->log)
			die("%s: %s", o->log, strerror(errno));
	}
	if (!o->split)
		return;
	if (mkdir(o->split, 0777) && errno != EEXIST)
		die("%s: %s", o->split, strerror(errno));
	split_open(y, 0);
	split_open(y, 1);
}

void streams_feed(struct relay *y, int port, const char *bytes, size_t n)
{
	if (port == PORT_OUT || port == PORT_ERR) {
		marked_feed(&y->marked[port == PORT_ERR], bytes, n);
		return;
	}
	if (port == PORT_LOG && y->log) {
		fwrite(bytes, 1, n, y->log);
		fflush(y->log);
	}
	feed_lines(y, port, bytes, n);
}

void streams_close(struct relay *y, int code)
{
	int i;

	for (i = 0; i < 2; i++) {
		marked_flush(&y->marked[i]);
		if (y->split[i])
			fclose(y->split[i]);
	}
	if (y->line_length[PORT_LOG])
		feed_lines(y, PORT_LOG, "\n", 1);
	if (code == EXIT_MACHINE && y->log_tail && y->run->opt->log)
		fprintf(stderr, "vmrun: the log's last lines:\n%s", y->log_tail);
	if (y->log)
		fclose(y->log);
	for (i = 0; i < NR_SINKS; i++)
		sink_finish(&y->sink[i]);
	free(y->log_tail);
}
