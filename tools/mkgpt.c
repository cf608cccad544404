// SPDX-License-Identifier: MIT
/*
 * mkgpt ESP DISK: a disk with a protective MBR, a GPT and one EFI system partition (UEFI 2.10, chapter 5)
 * that holds the file system image ESP. DISK is a file, made as large as needed, or a block device, whose
 * whole size is used, so that the backup header is where it belongs. GUIDs come from ESP's CRC: the same input
 * gives the same disk, byte for byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lib/crc32.h>

#define SECTOR 512ULL
#define NR_ENTRIES 128
#define ENTRY_SIZE 128
#define TABLE_SECTORS (NR_ENTRIES * ENTRY_SIZE / SECTOR)
#define FIRST_LBA 2048ULL               /* 1 MiB: aligned for every flash and disk */

static void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "mkgpt: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}

static void put(unsigned char *p, unsigned int bytes, unsigned long long v)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

/* A random-looking (version 4) GUID from @seed and @which. */
static void put_guid(unsigned char *p, u32 seed, unsigned int which)
{
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int in[2] = { which, i };

		put(p + 4 * i, 4, crc32(seed, in, sizeof(in)));
	}
	p[7] = (unsigned char)((p[7] & 0x0f) | 0x40);
	p[8] = (unsigned char)((p[8] & 0x3f) | 0x80);
}

static void write_at(int fd, const char *name, const void *data, size_t size, unsigned long long offset)
{
	const char *p = data;

	while (size) {
		ssize_t n = pwrite(fd, p, size, (off_t)offset);

		if (n <= 0)
			die("%s: %s", name, n ? strerror(errno) : "full");
		p += n;
		offset += (size_t)n;
		size -= (size_t)n;
	}
}

/* UEFI 5.2.3: one entry of type EE over the whole disk. */
static void write_mbr(int fd, const char *name, unsigned long long sectors)
{
	unsigned char mbr[SECTOR] = { 0 }, *e = mbr + 446;
	unsigned long long count = sectors - 1;

	put(e + 1, 3, 0x000200);
	e[4] = 0xee;
	put(e + 5, 3, 0xffffff);
	put(e + 8, 4, 1);
	put(e + 12, 4, count > 0xffffffff ? 0xffffffff : count);
	put(mbr + 510, 2, 0xaa55);
	write_at(fd, name, mbr, sizeof(mbr), 0);
}

static void make_table(unsigned char *table, unsigned long long esp_sectors, u32 seed)
{
	static const unsigned char esp_type[16] = {     /* c12a7328-f81f-11d2-ba4b-00a0c93ec93b */
		0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
	};
	static const char label[] = "Atlas";

	memcpy(table, esp_type, 16);
	put_guid(table + 16, seed, 2);
	put(table + 32, 8, FIRST_LBA);
	put(table + 40, 8, FIRST_LBA + esp_sectors - 1);
	for (unsigned int i = 0; label[i]; i++)
		table[56 + 2 * i] = (unsigned char)label[i];
}

static void write_header(int fd, const char *name, const unsigned char *table, unsigned long long sectors,
			 int is_backup, u32 seed)
{
	unsigned long long last = sectors - 1, me = is_backup ? last : 1, other = is_backup ? 1 : last;
	unsigned long long table_lba = is_backup ? last - TABLE_SECTORS : 2;
	unsigned char h[SECTOR] = { 0 };

	memcpy(h, "EFI PART", 8);
	put(h + 8, 4, 0x00010000);
	put(h + 12, 4, 92);
	put(h + 24, 8, me);
	put(h + 32, 8, other);
	put(h + 40, 8, 2 + TABLE_SECTORS);
	put(h + 48, 8, last - TABLE_SECTORS - 1);
	put_guid(h + 56, seed, 1);
	put(h + 72, 8, table_lba);
	put(h + 80, 4, NR_ENTRIES);
	put(h + 84, 4, ENTRY_SIZE);
	put(h + 88, 4, crc32(0, table, NR_ENTRIES * ENTRY_SIZE));
	put(h + 16, 4, crc32(0, h, 92));
	write_at(fd, name, table, NR_ENTRIES * ENTRY_SIZE, table_lba * SECTOR);
	write_at(fd, name, h, sizeof(h), me * SECTOR);
}

/* Copies the ESP behind the table; returns its CRC. */
static u32 copy_esp(int in, const char *in_name, int out, const char *out_name, unsigned long long size)
{
	static unsigned char buf[1 << 20];
	unsigned long long done = 0;
	u32 crc = 0;

	while (done < size) {
		ssize_t n = read(in, buf, sizeof(buf));

		if (n <= 0)
			die("%s: %s", in_name, n ? strerror(errno) : "became shorter");
		crc = crc32(crc, buf, (size_t)n);
		write_at(out, out_name, buf, (size_t)n, FIRST_LBA * SECTOR + done);
		done += (size_t)n;
	}
	return crc;
}

int main(int argc, char **argv)
{
	static unsigned char table[NR_ENTRIES * ENTRY_SIZE];
	unsigned long long esp_sectors, need, sectors;
	struct stat esp, disk;
	int in, out;
	u32 seed;

	if (argc != 3)
		die("usage: mkgpt ESP DISK");
	in = open(argv[1], O_RDONLY);
	if (in < 0 || fstat(in, &esp))
		die("%s: %s", argv[1], strerror(errno));
	if (esp.st_size == 0 || esp.st_size % SECTOR)
		die("%s: not a whole number of sectors", argv[1]);
	esp_sectors = (unsigned long long)esp.st_size / SECTOR;
	need = FIRST_LBA + esp_sectors + TABLE_SECTORS + 1;
	need = (need + 2047) / 2048 * 2048;

	out = open(argv[2], O_RDWR | O_CREAT, 0666);
	if (out < 0 || fstat(out, &disk))
		die("%s: %s", argv[2], strerror(errno));
	sectors = need;
	if (S_ISBLK(disk.st_mode)) {
		off_t end = lseek(out, 0, SEEK_END);

		sectors = (unsigned long long)end / SECTOR;
		if (end < 0 || sectors < need)
			die("%s: has %llu MiB, and %llu are needed", argv[2], sectors / 2048, need / 2048);
	} else if (ftruncate(out, 0) || ftruncate(out, (off_t)(need * SECTOR))) {
		die("%s: %s", argv[2], strerror(errno));
	}
	seed = copy_esp(in, argv[1], out, argv[2], (unsigned long long)esp.st_size);
	make_table(table, esp_sectors, seed);
	write_header(out, argv[2], table, sectors, 1, seed);
	write_header(out, argv[2], table, sectors, 0, seed);
	write_mbr(out, argv[2], sectors);
	if (fsync(out) || close(out))
		die("%s: %s", argv[2], strerror(errno));
	return 0;
}
