/* SPDX-License-Identifier: MIT */
/*
 * A machine for host tests: RAM is a sparse memfd, and an MMU made of SIGSEGV walks the page tables that the
 * kernel's code built in that RAM and maps what they say, with their permissions, into the windows of
 * tests/host/include/asm/vmlayout.h. So direct map, vmemmap, vmalloc areas, fixmap and kmap are real memory
 * behind real tables; a hole faults, a read-only template refuses writes, and what the code forgot to flush
 * stays as it was. As on the real thing, before load_pgd() only the first 4 GiB are reachable, by __va().
 */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>
#include <iomem/e820.h>
#include <lib/types.h>

/* Once a process, before anything touches a window. */
void host_machine_init(void);
/* The machine as it was then, RAM all zero. The kernel's own variables are the caller's to reset. */
void host_machine_reset(void);

/* RAM as given (pairs start, end; 0, 0 ends), through memblock, direct map, vmemmap, zones and slab. The kernel's image
 * is 1.5 MiB at 1 MiB. highmem: PHYS_ADDR_MAX for none. */
void host_boot(const struct range *ram, phys_addr_t highmem_start);
/* The simplest: @mib MiB from 0 with a hole at 640 KiB..1 MiB. */
void host_boot_mib(unsigned long mib);

/* What an access does: 0, or 1 when the MMU refused. */
int host_try_read(const volatile void *addr);
int host_try_write(volatile void *addr);

/* Physical memory, past all page tables. */
u64 host_phys_read(phys_addr_t pa);

/* How often the verbs of asm/tlb.h were used. */
struct host_tlb_stats { u64 flush_page, flush_user, flush_all, load_pgd; };
extern struct host_tlb_stats host_tlb_stats;

/* Runs fn in a child, so that each test boots a machine of its own. 0 when it returned. */
int host_isolated(void (*fn)(void));

/* The same for a mistake: true when it ended in a BUG or panic. */
bool host_bugs(void (*fn)(void));

/* For use in such a child: cmocka's asserts would go on in the wrong process. */
#define CHECK(cond) do { if (!(cond)) { \
	fprintf(stderr, "%s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #cond); fflush(NULL); _exit(1); } } while (0)
#define CHECK_EQ(a, b) do { unsigned long long _a = (unsigned long long)(a), _b = (unsigned long long)(b); if (_a != _b) { \
	fprintf(stderr, "%s:%d: CHECK_EQ(%s, %s): 0x%llx != 0x%llx\n", __FILE__, __LINE__, #a, #b, _a, _b); fflush(NULL); _exit(1); } } while (0)

#endif
