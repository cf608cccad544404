/* SPDX-License-Identifier: MIT */
/*
 * cpio archives in the "newc" format (070701) and its checksummed sister (070702), as Linux takes them for an
 * initramfs: several archives after each other, zero bytes between. Hostile input: every length is checked
 * against the archive. Pure, allocates nothing. Format: cpio(5), Linux Documentation/driver-api/early-userspace.
 */
#ifndef FS_CPIO_H
#define FS_CPIO_H

#include <lib/compiler.h>
#include <lib/types.h>

#define CPIO_NAME_MAX 4096

struct cpio_reader {
	const u8 *data;
	size_t size, pos;
	const char *error;              /* what is wrong at byte ->pos, after a negative return */
};

struct cpio_entry {
	const char *name;               /* NUL-terminated, inside the archive; without leading "/" and "./" */
	const u8 *body;                 /* size bytes inside the archive */
	u64 size;
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 major, minor;               /* of the file system: with ino they tell hard links */
	u32 rmajor, rminor;
};

static inline void cpio_init(struct cpio_reader *r, const void *data, size_t size)
{
	*r = (struct cpio_reader){ .data = data, .size = size };
}

/* 1: *e is the next entry. 0: the end (of the last archive). -EINVAL: ->error says what is wrong. */
int cpio_next(struct cpio_reader *r, struct cpio_entry *e) __must_check;

#endif
