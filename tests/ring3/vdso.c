// SPDX-License-Identifier: MIT
/* The vDSO: found by the auxiliary vector, its symbols by name and version, and its times between the kernel's. */
#include "t.h"
#include <elf.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

static const char *base;

static void *at(Elf64_Dyn *dyn, long tag)
{
	for (; dyn->d_tag; dyn++)
		if (dyn->d_tag == tag)
			return (char *)base + dyn->d_un.d_ptr;
	return NULL;
}

/* As a C library does it: the number of the version LINUX_2.6 first. */
static int version_index(Elf64_Dyn *dyn, const char *strings)
{
	Elf64_Verdef *v = at(dyn, DT_VERDEF);

	for (; v; v = v->vd_next ? (Elf64_Verdef *)((char *)v + v->vd_next) : NULL)
		if (!strcmp(strings + ((Elf64_Verdaux *)((char *)v + v->vd_aux))->vda_name, "LINUX_2.6"))
			return v->vd_ndx;
	return -1;
}

static void *find(const char *name)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)base;
	const Elf64_Phdr *p = (const Elf64_Phdr *)(base + e->e_phoff);
	Elf64_Dyn *dyn = NULL;
	Elf64_Sym *sym;
	Elf64_Half *versions;
	uint32_t *hash;
	char *strings;

	for (int i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_DYNAMIC)
			dyn = (Elf64_Dyn *)(base + p[i].p_offset);
	if (!dyn)
		return NULL;
	sym = at(dyn, DT_SYMTAB);
	strings = at(dyn, DT_STRTAB);
	versions = at(dyn, DT_VERSYM);
	hash = at(dyn, DT_HASH);
	for (uint32_t i = 0; hash && versions && i < hash[1]; i++)
		if (sym[i].st_shndx && !strcmp(strings + sym[i].st_name, name) &&
		    (versions[i] & 0x7fff) == version_index(dyn, strings))
			return (char *)base + sym[i].st_value;
	return NULL;
}

static int64_t ns(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

/* Between two system calls the vDSO tells a time between theirs. */
static void between(const char *name, int clock)
{
	int (*gettime)(int, struct timespec *) = (int (*)(int, struct timespec *))find("__vdso_clock_gettime");
	int good = 0;

	for (int i = 0; gettime && i < 500; i++) {
		struct timespec a, b, c;

		syscall(SYS_clock_gettime, clock, &a);
		good += gettime(clock, &b) == 0 && b.tv_nsec >= 0 && b.tv_nsec < 1000000000;
		syscall(SYS_clock_gettime, clock, &c);
		good += ns(&a) <= ns(&b) && ns(&b) <= ns(&c);
	}
	say("%s: %d", name, good);
}

static void other_calls(void)
{
	int (*gettimeofday_)(struct timeval *, void *) = (int (*)(struct timeval *, void *))find("__vdso_gettimeofday");
	long (*time_)(long *) = (long (*)(long *))find("__vdso_time");
	int (*getcpu_)(unsigned int *, unsigned int *, void *) = (int (*)(unsigned int *, unsigned int *, void *))find("__vdso_getcpu");
	int (*gettime)(int, struct timespec *) = (int (*)(int, struct timespec *))find("__vdso_clock_gettime");
	unsigned int cpu = 77, node = 77;
	struct timeval a, b, c;
	struct timespec cpu_time = { -1, -1 };
	long t = 0;

	syscall(SYS_gettimeofday, &a, NULL);
	ASK(gettimeofday_(&b, NULL) == 0);
	syscall(SYS_gettimeofday, &c, NULL);
	ASK(!timercmp(&b, &a, <) && !timercmp(&c, &b, <));
	ASK(time_(&t) == t && t - b.tv_sec <= 1);
	ASK(getcpu_(&cpu, &node, NULL) == 0 && cpu < 77 && node < 77);
	ASK(gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_time) == 0 && cpu_time.tv_nsec >= 0);
	say("no such clock: %d", gettime(1234, &cpu_time));
}

/* The rights of the mapping with this name. */
static void rights(const char *name)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[300], prot[8];
	unsigned long start, end;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, name) && sscanf(line, "%lx-%lx %7s", &start, &end, prot) == 3) {
			say("%s %s", name, prot);
			if (!strcmp(name, "[vvar]"))
				RESULT(mprotect((void *)start, PAGE, RW));
			else
				ASK(start == getauxval(AT_SYSINFO_EHDR));
		}
	if (f)
		fclose(f);
}

int main(void)
{
	base = (const char *)getauxval(AT_SYSINFO_EHDR);
	ASK(base != NULL && !memcmp(base, ELFMAG, SELFMAG));
	rights("[vvar]");
	rights("[vdso]");
	between("CLOCK_MONOTONIC", CLOCK_MONOTONIC);
	between("CLOCK_REALTIME", CLOCK_REALTIME);
	between("CLOCK_BOOTTIME", CLOCK_BOOTTIME);
	other_calls();
	catch_signal(SIGSEGV);
	FAULT("write to the code", base, *(volatile char *)base = 1);
	return 0;
}
