// SPDX-License-Identifier: MIT
/*
 * mkcpio OUT < LIST: makes an initramfs. A line of the list is one of (mode octal):
 *     dir PATH MODE
 *     file PATH MODE HOSTFILE
 *     slink PATH TARGET
 *     nod PATH MODE c MAJOR MINOR
 * Empty lines and lines that start with # are skipped. Nothing needs root.
 */
#include "cpio.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "mkcpio: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	exit(1);
}

static void one_line(struct cpio *c, const char *line, int number)
{
	char kind[8], path[1024], arg[1024];
	unsigned int mode, major, minor;

	if (sscanf(line, "%7s", kind) != 1 || kind[0] == '#')
		return;
	if (!strcmp(kind, "dir") && sscanf(line, "%*s %1023s %o", path, &mode) == 2) {
		cpio_dir(c, path, mode);
	} else if (!strcmp(kind, "file") && sscanf(line, "%*s %1023s %o %1023[^\n]", path, &mode, arg) == 3) {
		size_t size;
		void *data = read_whole(arg, &size);

		cpio_data(c, path, mode, data, size);
		free(data);
	} else if (!strcmp(kind, "slink") && sscanf(line, "%*s %1023s %1023s", path, arg) == 2) {
		cpio_link(c, path, arg);
	} else if (!strcmp(kind, "nod") &&
		   sscanf(line, "%*s %1023s %o c %u %u", path, &mode, &major, &minor) == 4) {
		cpio_chardev(c, path, mode, major, minor);
	} else {
		die("line %d is not understood: %s", number, line);
	}
}

int main(int argc, char **argv)
{
	struct cpio c;
	char line[4096];
	int number = 0;

	if (argc != 2)
		die("usage: mkcpio OUT < LIST");
	cpio_open(&c, argv[1]);
	while (fgets(line, sizeof(line), stdin))
		one_line(&c, line, ++number);
	cpio_close(&c);
	return 0;
}
