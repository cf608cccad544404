/* SPDX-License-Identifier: MIT */
/* failnth.c: address spaces. */
#include "failnth.h"

static long ret_map(void *p) { return p == MAP_FAILED ? -errno : (long)p; }
static long map_one(void) { return ret_map(mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0)); }
static void undo_one(long r) { munmap((void *)r, PAGE); }
static long map_shared(void) { return ret_map(mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0)); }
static void undo_mib(long r) { munmap((void *)r, MIB); }
static long map_populate(void) { return ret_map(mmap(NULL, MIB, RW, ANON | MAP_POPULATE, -1, 0)); }
static long map_locked(void) { return ret_map(mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1, 0)); }
static long map_file(void) { return ret_map(mmap(NULL, 200000, RW, MAP_SHARED | MAP_POPULATE, fd, 0)); }
static void undo_file(long r) { munmap((void *)r, 200000); }
static char *mem_raw;
static void setup_mem(void)
{
	mem_raw = mmap(NULL, 8 * MIB, RW, ANON, -1, 0);
	mem = (char *)(((unsigned long)mem_raw + 2 * MIB - 1) & ~(2 * MIB - 1));
	memset(mem, 1, 4 * MIB);
	mem2 = mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
static void close_mem(void) { munmap(mem_raw, 8 * MIB); munmap(mem2, MIB); }
static void setup_small(void) { mem = mmap(NULL, MIB, RW, ANON, -1, 0); madvise(mem, MIB, MADV_NOHUGEPAGE); memset(mem, 1, MIB); }
static void close_small(void) { munmap(mem, MIB); }
static void undo_remap(long r) { mmap(mem, MIB, RW, ANON | MAP_FIXED, -1, 0); madvise(mem, MIB, MADV_NOHUGEPAGE); memset(mem, 1, MIB); }
static long unmap_middle(void) { return ret(munmap(mem + 100 * PAGE, PAGE)); }
static long map_over(void) { return ret_map(mmap(mem + 100 * PAGE, 10 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0)); }
static long protect_middle(void) { return ret(mprotect(mem + 100 * PAGE, PAGE, PROT_READ)); }
static long advise_middle(void) { return ret(madvise(mem + 100 * PAGE, PAGE, MADV_DONTFORK)); }
static long lock_middle(void) { return ret(mlock(mem + 100 * PAGE, PAGE)); }
static long lock_all(void) { return ret(mlockall(MCL_CURRENT)); }
static void undo_lock_all(long r) { munlockall(); }
static long huge_split(void) { return ret(munmap(mem + 100 * PAGE, PAGE)); }
static void undo_huge(long r) { munmap(mem, 4 * MIB); mmap(mem, 4 * MIB, RW, ANON | MAP_FIXED, -1, 0); memset(mem, 1, 4 * MIB); }
static long huge_dontneed(void) { return ret(madvise(mem + 100 * PAGE, PAGE, MADV_DONTNEED)); }
static long huge_protect(void) { return ret(mprotect(mem + MIB, 2 * MIB, PROT_READ)); }
static long remap_grow(void) { return ret_map(mremap(mem, MIB, 3 * MIB, MREMAP_MAYMOVE)); }
static void undo_grow(long r) { munmap((void *)r, 3 * MIB); setup_small(); }
static long remap_middle(void) { return ret_map(mremap(mem + 10 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)); }
static void undo_remap_middle(long r) { munmap((void *)r, 2 * PAGE); undo_remap(0); }
static long remap_fixed(void) { return ret_map(mremap(mem, MIB, MIB, MREMAP_MAYMOVE | MREMAP_FIXED, mem2)); }
static void setup_fixed(void) { setup_small(); mem2 = mmap(NULL, MIB, RW, ANON, -1, 0); }
static void close_fixed(void) { munmap(mem, MIB); munmap(mem2, MIB); }
static void undo_fixed(long r) { close_fixed(); setup_fixed(); }
static long remap_dontunmap(void) { return ret_map(mremap(mem, MIB, MIB, MREMAP_MAYMOVE | 4)); }
static void undo_dontunmap(long r) { munmap((void *)r, MIB); memset(mem, 1, MIB); }
static long populate_write(void) { return ret(madvise(mem, MIB, 23)); }
static void undo_dontneed(long r) { madvise(mem, MIB, MADV_DONTNEED); }
static void setup_empty(void) { mem = mmap(NULL, MIB, RW, ANON, -1, 0); }
static long fault_read(void) { return ret(pread(fd, mem, 100000, 0)); }
static void setup_fault_read(void) { setup_filled(); setup_empty(); }
static void close_fault_read(void) { close_filled(); close_small(); }
static void undo_fault_read(long r) { undo_dontneed(0); }
static long touch(void) { for (unsigned long i = 0; i < MIB; i += PAGE) ((volatile char *)mem)[i] = 1; return 0; }
static long move_brk(void)
{
	void *b = (void *)syscall(SYS_brk, 0);
	void *n = (void *)syscall(SYS_brk, (char *)b + MIB);

	return n == b ? -ENOMEM : (long)n;
}
static void undo_brk(long r) { syscall(SYS_brk, r - MIB); }
static long do_mincore(void) { return ret(mincore(mem, MIB, (unsigned char *)buf)); }
static long vm_readv(void)
{
	struct iovec l = { buf, 100000 }, r = { mem, 100000 };

	return ret(process_vm_readv(getpid(), &l, 1, &r, 1, 0));
}
static long vm_writev(void)
{
	struct iovec l = { buf, 100000 }, r = { mem, 100000 };

	return ret(process_vm_writev(getpid(), &l, 1, &r, 1, 0));
}

static void setup_shared(void) { mem = mmap(NULL, MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0); }
static void undo_shared(long r) { madvise(mem, MIB, MADV_REMOVE); }
static void setup_private_file(void) { setup_filled(); mem = mmap(NULL, MIB, RW, MAP_PRIVATE, fd, 0); }
static void close_private_file(void) { close_filled(); munmap(mem, MIB); }
static long touch_part(void) { for (unsigned long i = 0; i < 190000; i += PAGE) ((volatile char *)mem)[i] = 1; return 0; }
static void undo_shared_file(long r) { if (ftruncate(fd, 0) || ftruncate(fd, 200000)) _exit(9); }
static void setup_shared_file(void) { setup_filled(); mem = mmap(NULL, MIB, RW, MAP_SHARED, fd, 0); undo_shared_file(0); }
static long touch_huge(void) { for (unsigned long i = 0; i < 4 * MIB; i += PAGE) ((volatile char *)mem)[i] = 1; return 0; }
static void undo_touch_huge(long r) { madvise(mem, 4 * MIB, MADV_DONTNEED); }
static void setup_huge(void) { setup_mem(); madvise(mem, 4 * MIB, MADV_DONTNEED); }
static long read_all_pages(void) { char c = 0; for (unsigned long i = 0; i < MIB; i += PAGE) c += ((volatile char *)mem)[i]; return c & 0; }
static long populate_read(void) { return ret(madvise(mem, MIB, 22)); }
static long do_remove(void) { return ret(madvise(mem, 100000, MADV_REMOVE)); }
static void setup_filled_shared(void) { setup_shared(); memset(mem, 1, MIB); }
static long advise_wipe(void) { return ret(madvise(mem + 100 * PAGE, PAGE, 18)); }
static long advise_nohuge(void) { return ret(madvise(mem + 2 * MIB, PAGE, MADV_NOHUGEPAGE)); }
static long lock_onfault(void) { return ret(syscall(SYS_mlock2, mem + 100 * PAGE, PAGE, 1)); }
static long lock_fresh(void) { return ret(mlock(mem, MIB)); }
static void undo_lock_fresh(long r) { munlock(mem, MIB); undo_dontneed(0); }
static long unlock_all_future(void) { return ret(mlockall(MCL_FUTURE)); }
static long bind_policy(void) { unsigned long node = 1; return ret(syscall(SYS_mbind, mem + 10 * PAGE, PAGE, 2, &node, 8, 0)); }
static long default_policy(void) { unsigned long node = 1; return ret(syscall(SYS_set_mempolicy, 2, &node, 8)); }
static void undo_default_policy(long r) { syscall(SYS_set_mempolicy, 0, NULL, 0); }
static long remap_shared(void) { return ret_map(mremap(mem, MIB, MIB / 2, 0)); }
static void undo_remap_shared(long r) { munmap(mem, MIB); setup_filled_shared(); }
static long remap_huge(void) { return ret_map(mremap(mem, 2 * MIB, 2 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED, mem_raw + 16 * MIB + PAGE)); }
static void setup_remap_huge(void)
{
	mem_raw = mmap(NULL, 32 * MIB, RW, ANON, -1, 0);
	mem = (char *)(((unsigned long)mem_raw + 2 * MIB - 1) & ~(2 * MIB - 1));
	memset(mem, 1, 2 * MIB);
}
static void close_remap_huge(void) { munmap(mem_raw, 32 * MIB); }
static void undo_remap_huge(long r) { close_remap_huge(); setup_remap_huge(); }
static long huge_lock(void) { return ret(mlock(mem + 100 * PAGE, PAGE)); }
static long map_noreplace(void) { return ret_map(mmap((void *)0x200000000, PAGE, RW, ANON | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1, 0)); }
static long map_zero(void) { return ret_map(mmap(NULL, MIB, RW, MAP_SHARED | MAP_POPULATE, fd, 0)); }
static void setup_zero(void) { fd = open("/dev/zero", O_RDWR); }
static void setup_down(void) { mem = mmap((void *)0x300000000, MIB, RW, ANON | MAP_GROWSDOWN | MAP_FIXED, -1, 0); }
static long grow_down(void) { for (int i = 1; i < 60; i++) ((volatile char *)0x300000000)[-i * 4096L] = 1; return 0; }
static void undo_down(long r) { munmap((char *)0x300000000 - MIB, 2 * MIB); setup_down(); }
static void close_down(void) { munmap((char *)0x300000000 - MIB, 2 * MIB); }
static long do_msync(void) { return ret(msync(mem, MIB, MS_SYNC)); }

static const struct row memory_rows[] = {
	ROW("mmap", map_one, undo_one),
	ROW("mmap shared", map_shared, undo_mib),
	ROW("mmap MAP_POPULATE", map_populate, undo_mib),
	ROW("mmap MAP_LOCKED", map_locked, undo_mib),
	ROW("mmap of a file", map_file, undo_file, setup_filled, close_filled),
	ROW("munmap in the middle", unmap_middle, undo_remap, setup_small, close_small),
	ROW("mmap MAP_FIXED", map_over, undo_remap, setup_small, close_small),
	ROW("mprotect", protect_middle, undo_remap, setup_small, close_small),
	ROW("madvise MADV_DONTFORK", advise_middle, undo_remap, setup_small, close_small, EAGAIN),
	ROW("mlock", lock_middle, undo_remap, setup_small, close_small, EAGAIN),
	ROW("mlockall", lock_all, undo_lock_all, setup_empty, close_small),
	ROW("munmap in a 2 MiB page", huge_split, undo_huge, setup_mem, close_mem),
	ROW("MADV_DONTNEED in a 2 MiB page", huge_dontneed, undo_huge, setup_mem, close_mem),
	ROW("mprotect of parts of 2 MiB pages", huge_protect, undo_huge, setup_mem, close_mem),
	ROW("mremap grows", remap_grow, undo_grow, setup_small, close_small),
	ROW("mremap from the middle", remap_middle, undo_remap_middle, setup_small, close_small),
	ROW("mremap MREMAP_FIXED", remap_fixed, undo_fixed, setup_fixed, close_fixed),
	ROW("mremap MREMAP_DONTUNMAP", remap_dontunmap, undo_dontunmap, setup_small, close_small),
	ROW("MADV_POPULATE_WRITE", populate_write, undo_dontneed, setup_empty, close_small, EFAULT),
	ROW("read into fresh memory", fault_read, undo_fault_read, setup_fault_read, close_fault_read, EFAULT),
	ROW("page faults", touch, undo_dontneed, setup_empty, close_small),
	ROW("brk", move_brk, undo_brk),
	ROW("mincore", do_mincore, NULL, setup_empty, close_small),
	ROW("process_vm_readv", vm_readv, NULL, setup_small, close_small),
	ROW("process_vm_writev", vm_writev, undo_dontneed, setup_empty, close_small, EFAULT),
	ROW("page faults of shared memory", touch, undo_shared, setup_shared, close_small),
	ROW("page faults: copies of a file's pages", touch_part, undo_dontneed, setup_private_file, close_private_file),
	ROW("page faults of a shared file", touch_part, undo_shared_file, setup_shared_file, close_private_file),
	ROW("page faults: 2 MiB pages", touch_huge, undo_touch_huge, setup_huge, close_mem),
	ROW("page faults: reads", read_all_pages, undo_dontneed, setup_empty, close_small),
	ROW("page faults: MAP_GROWSDOWN", grow_down, undo_down, setup_down, close_down),
	ROW("MADV_POPULATE_READ", populate_read, undo_dontneed, setup_empty, close_small, EFAULT),
	ROW("MADV_REMOVE", do_remove, NULL, setup_filled_shared, close_small),
	ROW("MADV_WIPEONFORK", advise_wipe, undo_remap, setup_small, close_small, EAGAIN),
	ROW("MADV_NOHUGEPAGE", advise_nohuge, undo_huge, setup_mem, close_mem, EAGAIN),
	ROW("mlock2 MLOCK_ONFAULT", lock_onfault, undo_remap, setup_small, close_small, EAGAIN),
	ROW("mlock of fresh memory", lock_fresh, undo_lock_fresh, setup_empty, close_small, EAGAIN),
	ROW("mlock in a 2 MiB page", huge_lock, undo_huge, setup_mem, close_mem, EAGAIN),
	ROW("mlockall MCL_FUTURE", unlock_all_future, undo_lock_all),
	ROW("mbind", bind_policy, undo_remap, setup_small, close_small),
	ROW("set_mempolicy", default_policy, undo_default_policy),
	ROW("mremap shrinks", remap_shared, undo_remap_shared, setup_filled_shared, close_small),
	ROW("mremap of a 2 MiB page", remap_huge, undo_remap_huge, setup_remap_huge, close_remap_huge),
	ROW("mmap MAP_FIXED_NOREPLACE", map_noreplace, undo_one),
	ROW("mmap of /dev/zero", map_zero, undo_mib, setup_zero, close_fd),
	ROW("msync", do_msync, NULL, setup_filled_shared, close_small),
};
