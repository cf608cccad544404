/* SPDX-License-Identifier: MIT */
/* Odd ELF files: segments out of order, over each other, beyond the file, or where none can lie; empty interpreters. */
#include "t.h"
#include <elf.h>
#include <stddef.h>

#define CODE 0x400000UL         /* the file's first page; code at CODE + 0x400 */
#define PROBE 0x402010U         /* the program's exit status is the byte there */

struct image {
	Elf64_Ehdr h;
	Elf64_Phdr p[4];
	char interp[8];
	char pad[0x400 - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr) - 8];
	unsigned char code[0xc00], one[4096], two[4096];        /* the pages are full of 1 and 2 */
};

static struct image image;

static void load(int n, unsigned int flags, unsigned long off, unsigned long addr, unsigned long filesz, unsigned long memsz)
{
	image.p[n] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = flags, .p_offset = off, .p_vaddr = addr, .p_filesz = filesz,
				   .p_memsz = memsz, .p_align = PAGE };
	image.h.e_phnum = (Elf64_Half)(n + 1);
}

static void fresh(void)
{
	static const unsigned char code[] = { 0x0f, 0xb6, 0x3c, 0x25, PROBE & 0xff, PROBE >> 8 & 0xff, PROBE >> 16, 0,
					      0xb8, 60, 0, 0, 0, 0x0f, 0x05 };

	memset(&image, 0, sizeof(image));
	image.h = (Elf64_Ehdr){ .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 }, .e_type = ET_EXEC, .e_machine = EM_X86_64,
				.e_version = 1, .e_entry = CODE + 0x400, .e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = 64,
				.e_phentsize = sizeof(Elf64_Phdr) };
	memcpy(image.code, code, sizeof(code));
	memset(image.one, 1, PAGE);
	memset(image.two, 2, PAGE);
	load(0, PF_R | PF_X, 0, CODE, PAGE, PAGE);
}

static void run(const char *what)
{
	int fd = open("odd", O_CREAT | O_WRONLY | O_TRUNC, 0755);

	if (write(fd, &image, sizeof(image)) != sizeof(image))
		say("write failed");
	close(fd);
	CHILD(what, ({
		char *argv[] = { "odd", NULL };

		execv("odd", argv);
		say("%s: %s", what, name_of_errno(errno));
	}));
	fresh();
}

static void interpreter(const char *what, const char *name, size_t n)
{
	load(1, PF_R, 0x1000, 0x402000, PAGE, PAGE);
	memcpy(image.interp, name, n);
	image.p[1].p_type = PT_INTERP;
	image.p[1].p_offset = offsetof(struct image, interp);
	image.p[1].p_filesz = n;
	run(what);
}

int main(void)
{
	char dir[] = "/tmp/exec_elf.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	fresh();
	run("nothing at the probe");
	load(1, PF_R, 0x1000, 0x402000, PAGE, PAGE), run("in order");
	load(1, PF_R, 0x1000, 0x402000, PAGE, PAGE), load(2, PF_R, 0x2000, 0x402000, PAGE, PAGE), run("the later one wins");
	load(1, PF_R, 0x2000, 0x402000, PAGE, PAGE), load(2, PF_R, 0x1000, 0x402000, PAGE, PAGE), run("the later one wins");
	load(1, PF_R | PF_W, 0, 0x200000, PAGE, PAGE), load(2, PF_R, 0x2000, 0x402000, PAGE, PAGE), run("out of order");
	load(1, PF_R, 0x1001, 0x402000, 0, PAGE), run("zeros only, any offset");
	load(1, PF_R, 0x1000, 0x402000, 0, PAGE);
	memcpy(image.code, (unsigned char[]){ 0xc6, 0x04, 0x25, PROBE & 0xff, PROBE >> 8 & 0xff, PROBE >> 16, 0, 9, 0x0f, 0xb6, 0x3c, 0x25,
		PROBE & 0xff, PROBE >> 8 & 0xff, PROBE >> 16, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 }, 23);
	run("zeros can be written");
	load(1, PF_R, 0x1001, 0x402000, 100, PAGE), run("offset of another page part");
	load(1, PF_R, 0x1000, 0x402000, PAGE, 100), run("more in the file than in memory");
	load(1, PF_R, 0x7000, 0x402000, PAGE, PAGE), run("beyond the file");
	load(1, PF_R, 0x1000, 0xfffffffff000, PAGE, PAGE), run("in the kernel's half");
	load(1, PF_R, 0x1000, ~(PAGE - 1), PAGE, PAGE), run("at the very end");
	load(1, PF_R, 0x1000, 0x402000, PAGE, ~0UL), run("as large as can be");
	load(1, PF_R, ~(PAGE - 1), 0x402000, PAGE, PAGE), run("an offset below zero");
	image.h.e_type = ET_DYN, load(0, PF_R | PF_X, 0, 0xffffffffffff0000, PAGE, PAGE), run("position-independent, at the end");
	interpreter("no interpreter's name", "\0", 2);
	interpreter("one byte", "", 1);
	interpreter("not ended", "/f/b", 4);
	interpreter("not there", "/f/b", 5);
	interpreter("a directory", "/tmp", 5);
	unlink("odd");
	chdir("/");
	rmdir(dir);
	return 0;
}
