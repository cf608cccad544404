/* SPDX-License-Identifier: MIT */
/* See tests/host/machine.h. This file is a Linux program: libc's headers, no kernel services but types. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <asm/memory.h>
#include <asm/static_key.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <x86/cpu.h>
#include "../machine.h"

#define RAM_SIZE (PAGE_OFFSET_END - PAGE_OFFSET + 1)
#define EARLY_SIZE (4UL << 30)

struct host_tlb_stats host_tlb_stats;
phys_addr_t phys_base;
bool host_static_keys[NR_KEYS];

static int ram = -1;
static phys_addr_t cr3;
static sigjmp_buf *try_buf;

static const struct { unsigned long start, end; } windows[] = {
	{ PAGE_OFFSET, PAGE_OFFSET_END }, { VMALLOC_START, VMALLOC_END }, { VMEMMAP_START, VMEMMAP_END },
	{ __START_KERNEL_map, KERNEL_IMAGE_END }, { PKMAP_BASE, FIXADDR_TOP - 1 },
};

static void die(const char *what)
{
	perror(what);
	abort();
}

static void map_none(unsigned long start, unsigned long size)
{
	if (mmap((void *)start, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		die("reserving a window");
}

static void forget_all(void)
{
	/* Unmapped first: mapping over many pieces counts them against Linux's limit before it takes them away. */
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		munmap((void *)windows[i].start, windows[i].end - windows[i].start + 1);
		map_none(windows[i].start, windows[i].end - windows[i].start + 1);
	}
}

u64 host_phys_read(phys_addr_t pa)
{
	u64 v;

	if (pread(ram, &v, 8, pa) != 8)
		die("reading simulated RAM");
	return v;
}

static bool map_run(unsigned long addr, phys_addr_t pa, unsigned long size, bool rw)
{
	return mmap((void *)addr, size, rw ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, ram, (off_t)pa) != MAP_FAILED;
}

/* The MMU: independent of mm/pgwalk.c on purpose. False: not mapped, or not like this. */
static bool walk_and_map(unsigned long addr, bool write)
{
	phys_addr_t table = swapper_pg_dir_phys;     /* user tables share this half */
	bool rw = true;

	for (int shift = 39; shift >= 12; shift -= 9) {
		u64 e = host_phys_read(table + (addr >> shift & 511) * 8), size = 1UL << shift;

		if (!(e & 1))
			return false;
		rw &= e >> 1 & 1;
		if (shift > 12 && !(e & 0x80)) {
			table = e & 0x000ffffffffff000UL;
			continue;
		}
		if (write && !rw)
			return false;
		if (!map_run(addr & ~(size - 1), e & 0x000ffffffffff000UL & ~(size - 1), size, rw)) {
			forget_all();   /* Linux's limit of mappings: as a TLB that is full */
			if (!map_run(addr & ~(size - 1), e & 0x000ffffffffff000UL & ~(size - 1), size, rw))
				die("mapping simulated RAM");
		}
		return true;
	}
	return false;
}

static void on_segv(int sig, siginfo_t *si, void *ctx)
{
	unsigned long addr = (unsigned long)si->si_addr;
	bool write = ((ucontext_t *)ctx)->uc_mcontext.gregs[REG_ERR] & 2;

	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++)
		if (cr3 && addr >= windows[i].start && addr <= windows[i].end && walk_and_map(addr, write))
			return;
	if (try_buf)
		siglongjmp(*try_buf, 1);
	fprintf(stderr, "MMU: %s of 0x%lx: not mapped so by the tables at 0x%lx\n", write ? "write" : "read", addr, (unsigned long)cr3);
	signal(SIGSEGV, SIG_DFL);
}

int host_try_read(const volatile void *addr)
{
	sigjmp_buf env;
	int refused = sigsetjmp(env, 1);

	if (!refused) {
		try_buf = &env;
		(void)*(const volatile char *)addr;
	}
	try_buf = NULL;
	return refused;
}

int host_try_write(volatile void *addr)
{
	sigjmp_buf env;
	int refused = sigsetjmp(env, 1);

	if (!refused) {
		try_buf = &env;
		*(volatile char *)addr = *(volatile char *)addr;
	}
	try_buf = NULL;
	return refused;
}

void host_machine_init(void)
{
	struct sigaction sa = { .sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_NODEFER };

	if (ram >= 0)
		return;
	ram = memfd_create("ram", MFD_CLOEXEC);
	if (ram < 0 || ftruncate(ram, RAM_SIZE))
		die("memfd");
	forget_all();
	if (mmap((void *)PAGE_OFFSET, EARLY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, ram, 0) == MAP_FAILED)
		die("early direct map");
	sigaction(SIGSEGV, &sa, NULL);
	mm_cpu = (struct mm_cpu_features){ .has_nx = true, .has_1g_pages = true, .has_pge = true, .phys_bits = 46 };
}

void host_machine_reset(void)
{
	if (ram >= 0)
		close(ram);
	ram = -1;
	cr3 = 0;
	host_machine_init();
}

void host_boot(const struct range *ranges, phys_addr_t highmem_start)
{
	const struct kernel_image_ranges image = {
		.code = { 0x100000, 0x180000 }, .rodata = { 0x180000, 0x1c0000 }, .data = { 0x1c0000, 0x1d0000 }, .bss = { 0x1d0000, 0x280000 },
	};
	int err = 0;

	host_machine_init();
	for (; ranges->end; ranges++)
		err |= memblock_add(&memblock, *ranges);
	err |= memblock_reserve(&memblock, (struct range){ 0, 0x10000 });
	err |= memblock_reserve(&memblock, (struct range){ 0x100000, 0x280000 });
	if (err)
		die("memblock");
	direct_map_init(&memblock, &image, highmem_start);
	vmemmap_init(&memblock);
	page_alloc_init(&memblock, highmem_start);
	highmem_init();
	slab_init();
}

void host_boot_mib(unsigned long mib)
{
	const struct range ram_ranges[] = { { 0, 0xa0000 }, { 0x100000, mib << 20 }, { 0, 0 } };

	host_boot(ram_ranges, PHYS_ADDR_MAX);
}

int host_isolated(void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		/* Not inherited: the child's windows would share the parent's memfd. */
		ram = -1;
		cr3 = 0;
		host_machine_init();
		fn();
		fflush(NULL);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define BUG_EXIT 77

static void exit_on_bug(void)
{
	_exit(BUG_EXIT);
}

bool host_bugs(void (*fn)(void))
{
	int status;

	bug_set_hooks(NULL, exit_on_bug);
	status = host_isolated(fn);
	bug_set_hooks(NULL, NULL);
	return status == BUG_EXIT;
}

const char *ksym_lookup(unsigned long addr, unsigned long *offset)
{
	return NULL;
}

/* asm/tlb.h */

void load_pgd(phys_addr_t pgd)
{
	host_tlb_stats.load_pgd++;
	if (pgd == cr3)
		return;
	/* Switching between page tables keeps global translations, and the windows hold nothing else. */
	if (!cr3)
		forget_all();
	cr3 = pgd;
}

phys_addr_t current_pgd(void)
{
	return cr3;
}

void tlb_flush_page(unsigned long addr)
{
	host_tlb_stats.flush_page++;
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++)
		if (cr3 && addr >= windows[i].start && addr <= windows[i].end)
			map_none(addr & PAGE_MASK, PAGE_SIZE);
}

void tlb_flush_user(void)
{
	host_tlb_stats.flush_user++;
}

void tlb_flush_all(void)
{
	host_tlb_stats.flush_all++;
	if (cr3)
		forget_all();
}
