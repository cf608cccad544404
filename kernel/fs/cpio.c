/* SPDX-License-Identifier: MIT */
/* Reader of newc archives (include/fs/cpio.h). */
#include <fs/cpio.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define HEADER_SIZE 110         /* magic and 13 fields of 8 hex digits */
#define NR_FIELDS 13

enum field { F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_SIZE, F_MAJOR, F_MINOR, F_RMAJOR, F_RMINOR, F_NAMESIZE, F_CHECK };

static int fail(struct cpio_reader *r, const char *why)
{
	r->error = why;
	return -EINVAL;
}

static bool parse_hex8(const u8 *p, u32 *out)
{
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		u8 c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | ((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

/* Zero bytes between archives, and after the last. */
static void skip_zeroes(struct cpio_reader *r)
{
	while (r->pos < r->size && !r->data[r->pos])
		r->pos++;
}

static int parse_entry(struct cpio_reader *r, struct cpio_entry *e)
{
	const u8 *h = r->data + r->pos;
	u64 left = r->size - r->pos, body, end;
	u32 v[NR_FIELDS], sum = 0;

	if (left < HEADER_SIZE)
		return fail(r, "the archive ends inside a header");
	if (memcmp(h, "07070", 5) || (h[5] != '1' && h[5] != '2'))
		return fail(r, "no newc header here (magic is not 070701)");
	for (int i = 0; i < NR_FIELDS; i++)
		if (!parse_hex8(h + 6 + 8 * i, &v[i]))
			return fail(r, "a header field is not hexadecimal");
	if (v[F_NAMESIZE] == 0 || v[F_NAMESIZE] > CPIO_NAME_MAX)
		return fail(r, "a name is empty or longer than 4095 bytes");
	/* Names and bodies are padded so that what follows is 4-aligned in the archive. */
	body = ALIGN((u64)HEADER_SIZE + v[F_NAMESIZE], 4ULL);
	if (body > left || v[F_SIZE] > left - body)
		return fail(r, "the archive ends inside a file");
	e->name = (const char *)h + HEADER_SIZE;
	if (e->name[v[F_NAMESIZE] - 1] != '\0' || strlen(e->name) != v[F_NAMESIZE] - 1)
		return fail(r, "a name is not NUL-terminated at its end");
	e->body = h + body;
	e->size = v[F_SIZE];
	end = ALIGN(body + e->size, 4ULL);
	if (h[5] == '2') {
		for (u64 i = 0; i < e->size; i++)
			sum += e->body[i];
		if (sum != v[F_CHECK] && (v[F_MODE] & 0170000) == 0100000)
			return fail(r, "a file's checksum is wrong");
	}
	e->ino = v[F_INO];
	e->mode = v[F_MODE];
	e->uid = v[F_UID];
	e->gid = v[F_GID];
	e->nlink = v[F_NLINK];
	e->mtime = v[F_MTIME];
	e->major = v[F_MAJOR];
	e->minor = v[F_MINOR];
	e->rmajor = v[F_RMAJOR];
	e->rminor = v[F_RMINOR];
	r->pos += min(end, left);       /* the very last padding may be missing */
	return 1;
}

int cpio_next(struct cpio_reader *r, struct cpio_entry *e)
{
	for (;;) {
		int ret;

		skip_zeroes(r);
		if (r->pos == r->size)
			return 0;
		ret = parse_entry(r, e);
		if (ret < 0)
			return ret;
		if (!strcmp(e->name, "TRAILER!!!"))
			continue;
		while (e->name[0] == '/' || (e->name[0] == '.' && (e->name[1] == '/' || !e->name[1])))
			e->name++;
		if (e->name[0])
			return 1;
		/* "." itself: the root is there already */
	}
}
