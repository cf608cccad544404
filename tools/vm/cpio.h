/* SPDX-License-Identifier: MIT */
/*
 * Writer of cpio archives in the "newc" format (magic 070701), the one that initramfs images use:
 * 110 bytes of hexadecimal header, the name with its NUL, the data, each padded to 4 bytes.
 * Parent directories that were not added yet are made (0755). Times are 0 and owners root, so the same
 * input gives the same archive. Errors end the program with a sentence: this is a build tool.
 */
#ifndef TOOLS_VM_CPIO_H
#define TOOLS_VM_CPIO_H

#include <stddef.h>
#include <stdio.h>

struct cpio {
	FILE *out;
	const char *out_name;
	unsigned long offset;   /* bytes written */
	unsigned int ino;
	char **dirs;            /* directories added so far, without the leading slash */
	size_t nr_dirs;
};

void cpio_open(struct cpio *c, const char *path);
void cpio_close(struct cpio *c); /* writes the trailer */

/* Guest paths may start with '/' (dropped). @mode: permission bits. */
void cpio_dir(struct cpio *c, const char *path, unsigned int mode);
void cpio_data(struct cpio *c, const char *path, unsigned int mode, const void *data, size_t size);
void cpio_link(struct cpio *c, const char *path, const char *target);
void cpio_chardev(struct cpio *c, const char *path, unsigned int mode, unsigned int major, unsigned int minor);
/* A host file with its permissions, or a whole directory with what is in it (links inside stay links). */
void cpio_tree(struct cpio *c, const char *path, const char *host);

/* The whole of a host file in new memory; *size its length. */
void *read_whole(const char *path, size_t *size);
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
