// SPDX-License-Identifier: MIT
/*
 * seal FILE: writes the checksum by which the loader finds damage into an ELF file's unused
 * header bytes (efi/elf_check.h). A file that the loader would refuse is not sealed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../efi/elf_check.h"

int main(int argc, char **argv)
{
	static unsigned char buf[256 << 20];
	struct elf_plan plan;
	const char *wrong;
	size_t size;
	FILE *f;
	u32 crc;

	if (argc != 2 || !(f = fopen(argv[1], "r+b"))) {
		fprintf(stderr, "usage: seal FILE (that exists and can be written)\n");
		return 2;
	}
	size = fread(buf, 1, sizeof(buf), f);
	if (size > 16) {
		for (int i = 0; i < ELF_SEAL_SIZE; i++)
			buf[ELF_SEAL_OFFSET + i] = 0;
	}
	wrong = elf_check(buf, size, &plan);
	if (wrong) {
		fprintf(stderr, "%s: the loader will not start it: %s\n", argv[1], wrong);
		return 1;
	}
	crc = elf_seal_crc(buf, size);
	buf[9] = 'A';
	buf[10] = 'T';
	buf[11] = 'L';
	for (int i = 0; i < 4; i++)
		buf[12 + i] = (unsigned char)(crc >> 8 * i);
	if (fseek(f, 0, SEEK_SET) || fwrite(buf, 1, 16, f) != 16 || fclose(f)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
