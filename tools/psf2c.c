// SPDX-License-Identifier: MIT
/*
 * Turns console fonts (PSF 1 and 2, unpacked) into the C arrays that kernel/console draws with.
 *
 *     psf2c FONT.psf... > fonts.c        smallest first: builtin_fonts[] keeps the order
 *
 * A font must have a Unicode table; a character that several glyphs claim gets the first. Sequences
 * (a base with combining marks) are left out. Exit status 1 and one sentence when a file is no such font.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHARS 4096

struct mapping {
	uint32_t ch;
	unsigned int glyph;
};

static struct mapping map[MAX_CHARS];
static unsigned int nr_map;

static void die(const char *file, const char *why)
{
	fprintf(stderr, "psf2c: %s: %s\n", file, why);
	exit(1);
}

static unsigned char *read_all(const char *file, size_t *size)
{
	FILE *f = fopen(file, "rb");
	unsigned char *data = malloc(1 << 20);

	if (!f || !data)
		die(file, "cannot be read");
	*size = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void add(uint32_t ch, unsigned int glyph)
{
	for (unsigned int i = 0; i < nr_map; i++)
		if (map[i].ch == ch)
			return;
	if (nr_map < MAX_CHARS)
		map[nr_map++] = (struct mapping){ ch, glyph };
}

static void read_table_v1(const unsigned char *p, const unsigned char *end, unsigned int nr_glyphs)
{
	for (unsigned int glyph = 0, sequence = 0; glyph < nr_glyphs && p + 2 <= end; p += 2) {
		unsigned int v = p[0] | p[1] << 8;

		if (v == 0xffff) {
			glyph++;
			sequence = 0;
		} else if (v == 0xfffe) {
			sequence = 1;
		} else if (!sequence) {
			add(v, glyph);
		}
	}
}

static void read_table_v2(const unsigned char *p, const unsigned char *end, unsigned int nr_glyphs)
{
	unsigned int glyph = 0, sequence = 0;

	while (glyph < nr_glyphs && p < end) {
		uint32_t ch = *p++;
		int more = ch >= 0xf0 ? 3 : ch >= 0xe0 ? 2 : ch >= 0xc0 ? 1 : 0;

		if (ch == 0xff) {
			glyph++;
			sequence = 0;
			continue;
		}
		if (ch == 0xfe) {
			sequence = 1;
			continue;
		}
		if (more)
			ch &= 0x3fu >> more;
		for (; more && p < end; more--)
			ch = ch << 6 | (*p++ & 0x3f);
		if (!sequence)
			add(ch, glyph);
	}
}

static int by_char(const void *a, const void *b)
{
	uint32_t x = ((const struct mapping *)a)->ch, y = ((const struct mapping *)b)->ch;

	return x < y ? -1 : x > y;
}

static void print_font(int n, const char *file)
{
	size_t size, start;
	unsigned char *d = read_all(file, &size);
	unsigned int w, h, glyphs, charsize;
	int v2 = size >= 32 && le32(d) == 0x864ab572;

	nr_map = 0;
	if (v2) {
		start = le32(d + 8);
		glyphs = le32(d + 16);
		charsize = le32(d + 20);
		h = le32(d + 24);
		w = le32(d + 28);
	} else if (size >= 4 && d[0] == 0x36 && d[1] == 0x04) {
		start = 4;
		glyphs = d[2] & 1 ? 512 : 256;
		charsize = h = d[3];
		w = 8;
	} else {
		die(file, "is not a PSF font");
	}
	if (!glyphs || glyphs > 4096 || !h || h > 64 || !w || w > 16 || w % 2 || charsize != (w + 7) / 8 * h)
		die(file, "has a size that the console does not draw");
	if (start > size || (size_t)glyphs * charsize > size - start)
		die(file, "is truncated");
	if (v2)
		read_table_v2(d + start + glyphs * charsize, d + size, glyphs);
	else
		read_table_v1(d + start + glyphs * charsize, d + size, glyphs);
	if (!nr_map)
		die(file, "has no Unicode table");
	qsort(map, nr_map, sizeof(map[0]), by_char);

	printf("\nstatic const u8 glyphs%d[] = {", n);
	for (size_t i = 0; i < (size_t)glyphs * charsize; i++)
		printf("%s%u,", i % charsize ? "" : "\n\t", d[start + i]);
	printf("\n};\nstatic const u32 chars%d[] = {", n);
	for (unsigned int i = 0; i < nr_map; i++)
		printf("%s0x%x,", i % 16 ? " " : "\n\t", map[i].ch);
	printf("\n};\nstatic const u16 glyph_of%d[] = {", n);
	for (unsigned int i = 0; i < nr_map; i++)
		printf("%s%u,", i % 16 ? " " : "\n\t", map[i].glyph);
	printf("\n};\nstatic const struct font font%d = { %u, %u, %u, %u, glyphs%d, %u, chars%d, glyph_of%d };\n",
	       n, w, h, (w + 7) / 8, glyphs, n, nr_map, n, n);
	free(d);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		die("no font", "usage: psf2c FONT.psf... > fonts.c");
	printf("/* Made by tools/psf2c. */\n#include \"internal.h\"\n");
	for (int i = 1; i < argc; i++)
		print_font(i, argv[i]);
	printf("\nconst struct font *const builtin_fonts[] = {");
	for (int i = 1; i < argc; i++)
		printf(" &font%d,", i);
	printf(" };\nconst unsigned int nr_builtin_fonts = %d;\n", argc - 1);
	return 0;
}
