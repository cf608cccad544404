// SPDX-License-Identifier: MIT
/* Files of /proc and /sys, live or recorded. */
#include "atlas.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *root = "";

static int open_below_root(const char *path)
{
	char full[512];

	if ((size_t)snprintf(full, sizeof(full), "%s%s", root, path) >= sizeof(full))
		return -1;
	return open(full, O_RDONLY | O_CLOEXEC);
}

char *read_text(const char *path)
{
	size_t size = 0, room = 0;
	char *text = NULL, *more;
	int fd = open_below_root(path);
	ssize_t n = 0;

	if (fd < 0)
		return NULL;
	do {
		size += n;
		if (room - size < 4096) {
			room = room * 2 + 16384;
			more = realloc(text, room + 1);
			if (!more) {
				n = -1;
				break;
			}
			text = more;
		}
		n = read(fd, text + size, room - size);
	} while (n > 0);
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

long read_at(const char *path, uint64_t offset, void *buf, size_t n)
{
	int fd = open_below_root(path);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = pread(fd, buf, n, (off_t)offset);
	close(fd);
	return got;
}

char *next_line(char **text)
{
	char *line = *text, *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	else
		end = line + strlen(line);
	*text = end;
	return line;
}

uint64_t field_kb(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *p;

	for (p = text; p && *p; p = strchr(p, '\n'), p += p != NULL)
		if (!strncmp(p, name, n) && p[n] == ':')
			return strtoull(p + n + 1, NULL, 10);
	return 0;
}
