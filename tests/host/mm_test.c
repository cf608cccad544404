// SPDX-License-Identifier: MIT
/*
 * Address spaces against a naive model: for each page of a small window, what is mapped there (protection,
 * kind, file page) and what a read must give. Random mmap, munmap, mprotect, mremap, madvise, brk-like
 * growth, reads, writes, fork and exit over several processes; after each operation mm_check(), the VMAs as
 * the model would merge them, and now and then every byte. At the end no page is left.
 */
#include "check.h"
#include "machine.h"
#include <lib/err.h>
#include <mm/fault_inject.h>
#include <mm/filemap.h>
#include <mm/init.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <uapi/mman.h>

#define BASE 0x10000000UL
#define PAGES 1400              /* the window: 5.5 MiB, so that tables are shared whole and in part */
#define FILE_PAGES 64
#define NPROC 4
#define ADDR(i) (BASE + (unsigned long)(i) * PAGE_SIZE)

enum kind { NONE, ANON, FILE_PRIVATE, FILE_SHARED };

struct mpage {
	enum kind kind;
	unsigned int prot;
	unsigned int pgoff;     /* of files */
	bool copied;            /* private file page that was written */
	u32 value;              /* anonymous or copied: the word at its start */
};

struct proc {
	struct mm_struct *mm;
	struct mpage page[PAGES];
};

static struct proc procs[NPROC];
static struct address_space file;
static u32 file_value[FILE_PAGES];
static struct file *const fake_file = (struct file *)0x1000;
static long file_refs;

static void file_open(struct vm_area_struct *vma) { file_refs++; }
static void file_close(struct vm_area_struct *vma) { file_refs--; }
static const struct vm_operations_struct file_ops = { .open = file_open, .close = file_close };

static u32 expected(const struct mpage *p)
{
	return p->kind == ANON || p->copied ? p->value : file_value[p->pgoff];
}

static unsigned long model_flags(const struct mpage *p)
{
	return p->prot | (p->kind == FILE_SHARED ? VM_SHARED : 0);
}

static bool model_joins(const struct mpage *a, const struct mpage *b)
{
	if (a->kind != b->kind || a->prot != b->prot)
		return false;
	return a->kind == ANON || a->pgoff + 1 == b->pgoff;
}

static bool ids_join(u64 a, u64 b)
{
	return a && b ? a == b : !((a | b) & 1);
}

/*
 * VMAs of the window are the model's runs. VM_ACCOUNT, anon_id and the page offset of moved anonymous memory depend on
 * history and may keep neighbours apart.
 */
static void check_vmas(struct proc *p)
{
	struct vm_area_struct *vma;

	for (int i = 0; i < PAGES; i++) {
		vma = find_vma(p->mm, ADDR(i));
		if (p->page[i].kind == NONE) {
			CHECK(!vma || vma->vm_start > ADDR(i));
			continue;
		}
		CHECK(vma && vma->vm_start <= ADDR(i));
		CHECK_EQ(vma->vm_flags & (VM_ACCESS_FLAGS | VM_SHARED), model_flags(&p->page[i]));
		CHECK_EQ(vma->vm_file == fake_file, p->page[i].kind != ANON);
		if (p->page[i].kind != ANON)
			CHECK_EQ(vma->vm_pgoff + ((ADDR(i) - vma->vm_start) >> PAGE_SHIFT), p->page[i].pgoff);
		if (i && p->page[i - 1].kind != NONE) {
			bool joined = vma->vm_start < ADDR(i);
			bool should = model_joins(&p->page[i - 1], &p->page[i]);

			if (joined != should && should)
				CHECK(vma->vm_prev->vm_flags != vma->vm_flags || !ids_join(vma->vm_prev->anon_id, vma->anon_id) ||
				      vma->vm_prev->vm_pgoff + ((vma->vm_prev->vm_end - vma->vm_prev->vm_start) >> PAGE_SHIFT) != vma->vm_pgoff);
			else
				CHECK_EQ(joined, should);
		}
	}
}

static void check_value(struct proc *p, int i)
{
	struct mpage *m = &p->page[i];
	u32 got;
	size_t n = access_mm(p->mm, ADDR(i), &got, sizeof(got), 0);

	if (m->kind == NONE || !m->prot) {
		CHECK_EQ(n, 0);
		return;
	}
	CHECK_EQ(n, sizeof(got));
	CHECK_EQ(got, expected(m));
}

static void check_values(struct proc *p)
{
	for (int i = 0; i < PAGES; i++)
		check_value(p, i);
}

static void write_value(struct proc *p, int i, u32 v)
{
	struct mpage *m = &p->page[i];
	size_t n = access_mm(p->mm, ADDR(i), &v, sizeof(v), FAULT_WRITE);

	if (m->kind == NONE || !(m->prot & PROT_WRITE)) {
		CHECK_EQ(n, 0);
		return;
	}
	CHECK_EQ(n, sizeof(v));
	if (m->kind == FILE_SHARED) {
		file_value[m->pgoff] = v;
	} else {
		m->copied = m->kind == FILE_PRIVATE;
		m->value = v;
	}
}

static unsigned int random_prot(void)
{
	static const unsigned int prots[] = { PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE,
					      PROT_READ | PROT_EXEC };

	return prots[test_below(ARRAY_SIZE(prots))];
}

static int random_len(void)
{
	static const int most[] = { 1, 4, 40, 1400 };

	return 1 + test_below(most[test_below(4)]);
}

static void op_mmap(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i), kind = 1 + test_below(3);
	unsigned int prot = random_prot(), off = 0;
	struct mmap_request req = { .addr = ADDR(i), .len = n * PAGE_SIZE, .prot = prot,
				    .flags = MAP_FIXED | (kind == FILE_SHARED ? MAP_SHARED : MAP_PRIVATE) };

	if (kind == ANON) {
		req.flags |= MAP_ANONYMOUS;
	} else {
		n = min(n, FILE_PAGES / 2);
		off = test_below(FILE_PAGES - n + 1);
		req.len = n * PAGE_SIZE;
		req.pgoff = off;
		req.file = fake_file;
		req.mapping = &file;
		req.vm_ops = &file_ops;
		req.may_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	}
	CHECK_EQ(do_mmap(p->mm, &req), ADDR(i));
	for (int k = 0; k < n; k++)
		p->page[i + k] = (struct mpage){ .kind = kind, .prot = prot, .pgoff = kind == ANON ? 0 : off + k };
}

static void op_munmap(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i);

	CHECK_EQ(do_munmap(p->mm, ADDR(i), n * PAGE_SIZE), 0);
	memset(&p->page[i], 0, n * sizeof(p->page[0]));
}

static void op_mprotect(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i), mapped = 0, err;
	unsigned int prot = random_prot();

	while (mapped < n && p->page[i + mapped].kind != NONE)
		mapped++;
	err = do_mprotect(p->mm, ADDR(i), n * PAGE_SIZE, prot);
	CHECK_EQ(err, mapped == n ? 0 : -ENOMEM);
	for (int k = 0; k < mapped; k++)
		p->page[i + k].prot = prot;
}

/* One VMA's pages to another place of the window. */
static void op_mremap(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i), to = test_below(PAGES), k;
	struct vm_area_struct *vma = find_vma(p->mm, ADDR(i));
	unsigned long ret;

	n = min(n, PAGES - to);
	if (test_below(3) == 0 && n > 500) {    /* whole tables */
		i &= ~511;
		to = (to & ~511) + (i & 511);
	}
	vma = find_vma(p->mm, ADDR(i));
	ret = do_mremap(p->mm, ADDR(i), n * PAGE_SIZE, n * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, ADDR(to));
	if (p->page[i].kind == NONE) {
		CHECK_EQ(ret, -EFAULT);
		return;
	}
	if (i + n > to && to + n > i) {
		CHECK_EQ(ret, -EINVAL);
		return;
	}
	(void)vma;
	if (IS_ERR_VALUE(ret)) {
		/* The range spans VMAs: as on Linux, the target is gone by then. */
		CHECK_EQ(ret, -EFAULT);
		memset(&p->page[to], 0, n * sizeof(p->page[0]));
		return;
	}
	CHECK_EQ(ret, ADDR(to));
	for (k = 0; k < n; k++) {
		p->page[to + k] = p->page[i + k];
		p->page[i + k] = (struct mpage){ 0 };
	}
}

static void op_dontneed(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i), holes = 0;

	for (int k = 0; k < n; k++) {
		holes += p->page[i + k].kind == NONE;
		p->page[i + k].copied = false;
		p->page[i + k].value = 0;
	}
	CHECK_EQ(do_madvise(p->mm, ADDR(i), n * PAGE_SIZE, MADV_DONTNEED), holes ? -ENOMEM : 0);
}

static void op_touch(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i);
	bool write = test_below(2);

	for (int k = 0; k < n; k++) {
		if (write)
			write_value(p, i + k, test_random());
		else
			check_value(p, i + k);
	}
}

/* A debugger's accesses: forbidden memory too, but never into what others share. */
static void op_force(struct proc *p)
{
	int i = test_below(PAGES), n = min(random_len(), PAGES - i);

	for (int k = i; k < i + n; k++) {
		struct mpage *m = &p->page[k];
		u32 v = test_random(), got;
		bool may = m->kind == ANON || m->kind == FILE_PRIVATE || (m->kind == FILE_SHARED && (m->prot & PROT_WRITE));

		CHECK_EQ(access_mm(p->mm, ADDR(k), &got, sizeof(got), FAULT_FORCE), m->kind == NONE ? 0 : sizeof(got));
		if (m->kind != NONE)
			CHECK_EQ(got, expected(m));
		CHECK_EQ(access_mm(p->mm, ADDR(k), &v, sizeof(v), FAULT_FORCE | FAULT_WRITE), may ? sizeof(v) : 0);
		if (may && m->kind == FILE_SHARED) {
			file_value[m->pgoff] = v;
		} else if (may) {
			m->copied = m->kind == FILE_PRIVATE;
			m->value = v;
		}
	}
}

static void op_fork(struct proc *p)
{
	struct proc *child = &procs[test_below(NPROC)];

	if (child == p)
		return;
	if (child->mm)
		mmput(child->mm);
	*child = *p;
	child->mm = dup_mm(p->mm);
	CHECK(child->mm);
}

static void check_all(void)
{
	for (int i = 0; i < NPROC; i++) {
		int err = procs[i].mm ? mm_check(procs[i].mm) : 0;

		if (err) {
			fprintf(stderr, "process %d: mm_check %d\n", i, err);
			CHECK_EQ(err, 0);
		}
	}
}

static struct mm_struct *new_mm(void)
{
	struct mm_struct *mm = mm_alloc();

	CHECK(mm);
	return mm;
}

static void exit_all(void)
{
	for (int i = 0; i < NPROC; i++) {
		if (procs[i].mm)
			mmput(procs[i].mm);
		memset(&procs[i], 0, sizeof(procs[i]));
	}
	CHECK_EQ(file_refs, 0);
	CHECK_EQ(vm_committed_pages, 0);
	CHECK_EQ(nr_user_tables, 0);
}

static void boot(void)
{
	host_machine_init();
	host_boot_mib(256);
	mm_init();
	address_space_init(&file, NULL);
	file.size = FILE_PAGES * PAGE_SIZE;
}

static void random_ops(int rounds)
{
	static void (*const ops[])(struct proc *) = { op_mmap, op_mmap, op_munmap, op_mprotect, op_mremap, op_dontneed,
						      op_touch, op_touch, op_touch, op_force, op_fork };

	for (int i = 0; i < rounds; i++) {
		struct proc *p = &procs[test_below(NPROC)];

		if (!p->mm)
			p->mm = new_mm();
		ops[test_below(ARRAY_SIZE(ops))](p);
		check_all();
		if (i % 8 == 0)
			check_vmas(p);
		if (i % 64 == 0)
			check_values(p);
	}
}

static void random_body(void)
{
	u64 before, after;

	boot();
	thp_enabled = test_below(2) ? THP_ALWAYS : THP_NEVER;
	random_ops(300);                /* warms the caches of slabs and tables */
	exit_all();
	truncate_pagecache(&file, 0);
	file.size = FILE_PAGES * PAGE_SIZE;
	memset(file_value, 0, sizeof(file_value));
	before = nr_free_pages() + nr_cached_tables;
	random_ops(3000);
	exit_all();
	truncate_pagecache(&file, 0);
	after = nr_free_pages() + nr_cached_tables;
	/* Slabs keep a few empty pages. */
	CHECK(before - after < 64 || after >= before);
	CHECK_EQ(nr_pagecache_pages(), 0);
}

static void mm_random_ops_match_model(void **state)
{
	test_seed_init("mm_random_ops_match_model");
	assert_int_equal(host_isolated(random_body), 0);
}

static unsigned long map_anon(struct mm_struct *mm, unsigned long addr, unsigned long pages, unsigned long flags)
{
	struct mmap_request req = { .addr = addr, .len = pages * PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
				    .flags = MAP_PRIVATE | MAP_ANONYMOUS | flags };

	return do_mmap(mm, &req);
}

/* 64 MiB written, then forked: the child costs a few tables, not 16,384 copies of PTEs. */
static void fork_shares_body(void)
{
	struct mm_struct *mm, *child;
	unsigned long a;
	u64 free_pages;

	boot();
	mm = new_mm();
	mm->thp_disabled = true;
	a = map_anon(mm, BASE, 16384, MAP_FIXED | MAP_POPULATE);
	CHECK_EQ(a, BASE);
	CHECK_EQ(mm->rss_anon, 16384);
	free_pages = nr_free_pages();
	child = dup_mm(mm);
	CHECK(child);
	CHECK(free_pages - nr_free_pages() < 16);
	CHECK_EQ(child->rss_anon, 16384);
	CHECK_EQ(mm_check(mm), 0);
	CHECK_EQ(mm_check(child), 0);
	/* A write copies one table and one page. */
	free_pages = nr_free_pages() + nr_cached_tables;
	CHECK_EQ(access_mm(child, BASE + PAGE_SIZE, &a, 4, FAULT_WRITE), 4);
	CHECK_EQ(free_pages - nr_free_pages() - nr_cached_tables, 2);
	CHECK_EQ(mm_check(child), 0);
	mmput(mm);
	CHECK_EQ(mm_check(child), 0);
	mmput(child);
	CHECK_EQ(nr_user_tables, 0);
}

static void fork_shares_tables(void **state)
{
	assert_int_equal(host_isolated(fork_shares_body), 0);
}

/* One 2 MiB page: shared by fork, split by a write in the child, whole for the parent, gone at the end. */
static void huge_body(void)
{
	struct mm_struct *mm, *child;
	u64 before, v = 5, got;

	boot();
	mm = new_mm();
	CHECK_EQ(map_anon(mm, BASE, 2048, MAP_FIXED), BASE);
	before = nr_free_pages();
	CHECK_EQ(handle_mm_fault(mm, BASE + (3UL << 20), FAULT_WRITE, 0), FAULT_OK);
	CHECK_EQ(mm->rss_anon, 512);
	CHECK_EQ(handle_mm_fault(mm, BASE, 0, 0), FAULT_OK);    /* the zero table */
	CHECK_EQ(mm->rss_anon, 512);
	CHECK_EQ(mm_check(mm), 0);
	child = dup_mm(mm);
	CHECK_EQ(mm_check(child), 0);
	CHECK_EQ(access_mm(child, BASE + (2UL << 20) + 8 * PAGE_SIZE, &v, 8, FAULT_WRITE), 8);
	CHECK_EQ(mm_check(child), 0);
	CHECK_EQ(access_mm(child, BASE + (2UL << 20) + 9 * PAGE_SIZE, &got, 8, 0), 8);
	CHECK_EQ(got, 0);
	CHECK_EQ(mm_check(child), 0);
	CHECK_EQ(mm_check(mm), 0);
	/* The parent is alone on its entry again, but the child holds parts. */
	CHECK_EQ(handle_mm_fault(mm, BASE + (3UL << 20), FAULT_WRITE, 0), FAULT_OK);
	CHECK_EQ(mm_check(mm), 0);
	CHECK_EQ(do_madvise(mm, BASE + (2UL << 20), 5 * PAGE_SIZE, MADV_DONTNEED), 0);
	CHECK_EQ(do_mprotect(mm, BASE, 100 * PAGE_SIZE, PROT_NONE), 0);
	CHECK_EQ(mm_check(mm), 0);
	mmput(child);
	CHECK_EQ(mm_check(mm), 0);
	CHECK_EQ(handle_mm_fault(mm, BASE + (1UL << 20), FAULT_WRITE, 0), FAULT_OK);
	CHECK_EQ(mm_check(mm), 0);
	mmput(mm);
	CHECK(nr_free_pages() + nr_cached_tables + 16 >= before);
	CHECK_EQ(page_alloc_check(), 0);
}

static void huge_page_splits_when_shared(void **state)
{
	assert_int_equal(host_isolated(huge_body), 0);
}

/*   guard gap 256 pages      stack
 *  [mapping]............[grows down ...]   stops at the limit and at the gap
 */
static void stack_body(void)
{
	struct mm_struct *mm;
	unsigned long top = BASE + (64UL << 20), low;

	boot();
	mm = new_mm();
	mm->rlimit_stack = 8UL << 20;
	CHECK_EQ(map_anon(mm, top - 4 * PAGE_SIZE, 4, MAP_FIXED | MAP_GROWSDOWN), top - 4 * PAGE_SIZE);
	CHECK_EQ(mm->stack_vm, 4);
	CHECK_EQ(handle_mm_fault(mm, top - (8UL << 20), FAULT_WRITE, 0), FAULT_OK);
	CHECK_EQ(handle_mm_fault(mm, top - (8UL << 20) - 1, FAULT_WRITE, 0), FAULT_MAPERR);
	CHECK_EQ(mm->stack_vm, 2048);
	CHECK_EQ(mm_check(mm), 0);
	mm->rlimit_stack = ~0UL;
	low = top - (16UL << 20);
	CHECK_EQ(map_anon(mm, low, 1, MAP_FIXED), low);
	CHECK_EQ(handle_mm_fault(mm, low + PAGE_SIZE + 256 * PAGE_SIZE, FAULT_WRITE, 0), FAULT_OK);
	CHECK_EQ(handle_mm_fault(mm, low + PAGE_SIZE + 255 * PAGE_SIZE, FAULT_WRITE, 0), FAULT_MAPERR);
	CHECK_EQ(mm_check(mm), 0);
	mmput(mm);
}

static void stack_grows_to_limit_and_gap(void **state)
{
	assert_int_equal(host_isolated(stack_body), 0);
}

/* Top-down, first fit from above; what is freed is found again; 20,000 mappings. */
static void gaps_body(void)
{
	struct mm_struct *mm;
	unsigned long a, b, c, base;

	boot();
	mm = new_mm();
	a = map_anon(mm, 0, 4, 0);
	CHECK_EQ(a, mm->mmap_base - 4 * PAGE_SIZE);
	b = map_anon(mm, 0, 4, MAP_NORESERVE);
	CHECK_EQ(b, a - 4 * PAGE_SIZE);
	c = map_anon(mm, 0, 4, 0);
	CHECK_EQ(c, b - 4 * PAGE_SIZE);
	CHECK_EQ(do_munmap(mm, b, 4 * PAGE_SIZE), 0);
	CHECK_EQ(map_anon(mm, 0, 5, 0), c - 5 * PAGE_SIZE);
	CHECK_EQ(map_anon(mm, 0, 3, 0), b + PAGE_SIZE);
	CHECK_EQ(mm->map_count, 1 + 1);
	for (int i = 0; i < 20000; i++) {
		a = map_anon(mm, 0, 1, i & 1 ? MAP_NORESERVE : 0);
		CHECK(!IS_ERR_VALUE(a));
	}
	CHECK_EQ(mm_check(mm), 0);
	base = a;
	CHECK_EQ(do_munmap(mm, base + 7000 * PAGE_SIZE, 3 * PAGE_SIZE), 0);
	CHECK_EQ(map_anon(mm, 0, 2, 0), base + 7001 * PAGE_SIZE);
	CHECK_EQ(mm_check(mm), 0);
	mmput(mm);
}

/*
 * Gaps of terabytes, which the tree shows as equal:
 *   |        90 T        |p|  4 T  |p| 3 T |p|       30 T        | mmap_base
 */
static void large_gaps_body(void)
{
	const unsigned long tib = 1UL << 40, tib_pages = tib >> PAGE_SHIFT;
	struct mm_struct *mm;

	boot();
	mm = new_mm();
	CHECK_EQ(map_anon(mm, 90 * tib, 1, MAP_FIXED), 90 * tib);
	CHECK_EQ(map_anon(mm, 94 * tib, 1, MAP_FIXED), 94 * tib);
	CHECK_EQ(map_anon(mm, 97 * tib, 1, MAP_FIXED), 97 * tib);
	CHECK_EQ(map_anon(mm, 0, 30 * tib_pages, MAP_NORESERVE), mm->mmap_base - 30 * tib);
	CHECK_EQ(map_anon(mm, 0, 4 * tib_pages - 2, MAP_NORESERVE), 90 * tib + 2 * PAGE_SIZE);
	CHECK_EQ(map_anon(mm, 0, 50 * tib_pages, MAP_NORESERVE), 40 * tib);
	CHECK_EQ(map_anon(mm, 0, 2 * tib_pages, MAP_NORESERVE), 95 * tib);
	CHECK_EQ(map_anon(mm, 0, 41 * tib_pages, MAP_NORESERVE), (unsigned long)-ENOMEM);
	CHECK_EQ(mm_check(mm), 0);
	mmput(mm);
}

/* Where an mmap without address goes, by looking at every page from the top down. */
static unsigned long naive_gap(struct mm_struct *mm, unsigned long pages)
{
	unsigned long end = mm->mmap_base, run = 0, addr;

	for (addr = end - PAGE_SIZE; addr > end - (8UL << 20); addr -= PAGE_SIZE) {
		struct vm_area_struct *vma = find_vma(mm, addr);
		bool taken = vma && (vma->vm_start <= addr || (vma->vm_flags & VM_GROWSDOWN && vma->vm_start - addr <= (1UL << 20)));

		run = taken ? 0 : run + 1;
		if (run == pages)
			return addr;
	}
	return -ENOMEM;
}

static void gap_random_body(void)
{
	struct mm_struct *mm;

	boot();
	mm = new_mm();
	CHECK(!IS_ERR_VALUE(map_anon(mm, mm->mmap_base + (4UL << 20), 4, MAP_FIXED | MAP_GROWSDOWN)));
	for (int i = 0; i < 4000; i++) {
		unsigned long pages = 1 + test_below(test_below(8) ? 4 : 60), want, at;
		unsigned long end = mm->mmap_base - test_below(1500) * PAGE_SIZE;

		if (mm->map_count > 300 || test_below(3) == 0) {
			CHECK_EQ(do_munmap(mm, end - pages * PAGE_SIZE, pages * PAGE_SIZE), 0);
			continue;
		}
		if (test_below(20) == 0) {      /* a stack in between keeps its guard gap */
			map_anon(mm, end - PAGE_SIZE, 1, MAP_FIXED | MAP_GROWSDOWN);
			continue;
		}
		want = naive_gap(mm, pages);
		at = map_anon(mm, 0, pages, test_below(2) ? MAP_NORESERVE : 0);
		if (!IS_ERR_VALUE(want))
			CHECK_EQ(at, want);
		CHECK_EQ(mm_check(mm), 0);
	}
	mmput(mm);
}

static void gap_search_matches_naive(void **state)
{
	test_seed_init("gap_search_matches_naive");
	assert_int_equal(host_isolated(gap_random_body), 0);
}

static void gap_search_is_top_down(void **state)
{
	assert_int_equal(host_isolated(gaps_body), 0);
	assert_int_equal(host_isolated(large_gaps_body), 0);
}

/* Private pages beyond the new end go, SIGBUS there; the rest of the last page reads zero. */
static void truncate_body(void)
{
	struct mmap_request req = { .addr = BASE, .len = 8 * PAGE_SIZE, .prot = PROT_READ | PROT_WRITE,
				    .flags = MAP_PRIVATE | MAP_FIXED, .file = fake_file, .mapping = &file, .vm_ops = &file_ops,
				    .may_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC };
	struct mm_struct *mm, *child;
	u32 v = 7, got;

	boot();
	mm = new_mm();
	CHECK_EQ(do_mmap(mm, &req), BASE);
	req.addr = BASE + (1UL << 20);
	req.flags = MAP_SHARED | MAP_FIXED;
	CHECK_EQ(do_mmap(mm, &req), BASE + (1UL << 20));
	for (int i = 0; i < 8; i++)
		CHECK_EQ(access_mm(mm, BASE + i * PAGE_SIZE, &v, 4, FAULT_WRITE), 4);
	CHECK_EQ(access_mm(mm, BASE + (1UL << 20) + PAGE_SIZE + 100, &v, 4, FAULT_WRITE), 4);
	child = dup_mm(mm);
	CHECK(child);
	truncate_pagecache(&file, PAGE_SIZE + 50);
	CHECK_EQ(mm_check(mm), 0);
	CHECK_EQ(mm_check(child), 0);
	CHECK_EQ(handle_mm_fault(mm, BASE + 2 * PAGE_SIZE, 0, 0), FAULT_BUS);
	CHECK_EQ(handle_mm_fault(child, BASE + (1UL << 20) + 7 * PAGE_SIZE, FAULT_WRITE, 0), FAULT_BUS);
	CHECK_EQ(access_mm(child, BASE + PAGE_SIZE, &got, 4, 0), 4);
	CHECK_EQ(got, 7);
	CHECK_EQ(access_mm(child, BASE + (1UL << 20) + PAGE_SIZE + 100, &got, 4, 0), 4);
	CHECK_EQ(got, 0);
	mmput(mm);
	mmput(child);
	CHECK_EQ(file_refs, 0);
}

static void truncate_unmaps_everywhere(void **state)
{
	assert_int_equal(host_isolated(truncate_body), 0);
}

static size_t plain_copy(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return 0;
}

/* Against a flat buffer: random writes, reads, truncations, holes. */
static void filemap_body(void)
{
	static u8 model[1 << 20], buf[100000], out[100000];
	u64 size = 0;

	boot();
	file.size = 0;
	for (int i = 0; i < 3000; i++) {
		u64 pos = test_below(sizeof(model) - sizeof(buf)), n = 1 + test_below(test_below(4) ? 5000 : sizeof(buf));

		switch (test_below(5)) {
		case 0: case 1:
			for (u64 k = 0; k < n; k++)
				buf[k] = model[pos + k] = test_random();
			CHECK_EQ(filemap_write(&file, pos, buf, n, plain_copy), n);
			size = max(size, pos + n);
			break;
		case 2:
			if (test_below(4))
				break;
			truncate_pagecache(&file, pos);
			if (pos < size)
				memset(model + pos, 0, size - pos);
			size = pos;
			break;
		case 3:
			filemap_punch_hole(&file, pos, pos + n);
			memset(model + pos, 0, n);
			break;
		default:
			memset(out, 0xee, n);
			CHECK_EQ(filemap_read(&file, pos, out, n, plain_copy), pos >= size ? 0 : min(n, size - pos));
			if (pos < size)
				CHECK_EQ(memcmp(out, model + pos, min(n, size - pos)), 0);
		}
		CHECK_EQ(file.size, size);
	}
	/* Far away: the tree grows to its full height and shrinks again. */
	CHECK_EQ(filemap_write(&file, 1UL << 50, buf, 5000, plain_copy), 5000);
	CHECK_EQ(filemap_seek(&file, 1UL << 37, true), 1UL << 38);
	CHECK_EQ(filemap_seek(&file, 1UL << 38, false), (1UL << 38) + 2);
	truncate_pagecache(&file, 0);
	CHECK_EQ(file.nr_pages, 0);
	CHECK_EQ(nr_pagecache_pages(), 0);
	CHECK(!file.tree);
}

static void filemap_matches_buffer(void **state)
{
	test_seed_init("filemap_matches_buffer");
	assert_int_equal(host_isolated(filemap_body), 0);
}

/* Each allocation of fork, mmap, write, munmap fails in turn: an error, and nothing is lost. */
static void inject_body(void)
{
	for (int n = 1; n < 60; n++) {
		struct mm_struct *mm, *child;
		u32 v = 1;

		if (n == 1)
			boot();
		mm = new_mm();
		CHECK_EQ(map_anon(mm, BASE, 1000, MAP_FIXED | MAP_POPULATE), BASE);
		CHECK_EQ(do_mprotect(mm, BASE + 100 * PAGE_SIZE, PAGE_SIZE, PROT_READ), 0);
		fail_alloc_at(n);
		child = dup_mm(mm);
		map_anon(mm, BASE + (8UL << 20), 1000, MAP_FIXED);
		access_mm(mm, BASE, &v, 4, FAULT_WRITE);
		do_mprotect(mm, BASE + 200 * PAGE_SIZE, PAGE_SIZE, PROT_READ);
		if (child) {
			access_mm(child, BASE + (2UL << 20), &v, 4, FAULT_WRITE);
			do_munmap(child, BASE + 10 * PAGE_SIZE, 20 * PAGE_SIZE);
			do_mremap(child, BASE + 600 * PAGE_SIZE, 20 * PAGE_SIZE, 40 * PAGE_SIZE, MREMAP_MAYMOVE, 0);
		}
		fail_alloc_at(0);
		CHECK_EQ(mm_check(mm), 0);
		if (child) {
			CHECK_EQ(mm_check(child), 0);
			mmput(child);
		}
		mmput(mm);
		CHECK_EQ(nr_user_tables, 0);
		CHECK_EQ(vm_committed_pages, 0);
	}
}

static void failed_allocations_lose_nothing(void **state)
{
	assert_int_equal(host_isolated(inject_body), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mm_random_ops_match_model),
		cmocka_unit_test(fork_shares_tables),
		cmocka_unit_test(huge_page_splits_when_shared),
		cmocka_unit_test(stack_grows_to_limit_and_gap),
		cmocka_unit_test(gap_search_is_top_down),
		cmocka_unit_test(gap_search_matches_naive),
		cmocka_unit_test(truncate_unmaps_everywhere),
		cmocka_unit_test(filemap_matches_buffer),
		cmocka_unit_test(failed_allocations_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
