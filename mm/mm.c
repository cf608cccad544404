// SPDX-License-Identifier: MIT
/*
 * Life of an address space. mm_users counts tasks that run in it; the last one unmaps everything.
 * mm_count counts references to the struct (all users together are one); the last frees it and its pgd,
 * so a kernel thread may keep a dead process's page table loaded a little longer.
 */
#include "vm_internal.h"
#include <mm/init.h>

static struct kmem_cache *mm_cache;
struct page *zero_page;
u64 protection_map[16];

static void init_protection_map(void)
{
	u64 nx = mm_cpu.has_nx ? _PAGE_NX : 0;

	for (unsigned int f = 0; f < ARRAY_SIZE(protection_map); f++) {
		u64 prot = _PAGE_ACCESSED | _PAGE_USER;

		/* x86 has no write-only and no execute-only pages: any access includes reading. */
		prot |= f & VM_ACCESS_FLAGS ? _PAGE_PRESENT : _PAGE_PROTNONE;
		if (!(f & VM_EXEC))
			prot |= nx;
		if ((f & VM_SHARED) && (f & VM_WRITE))
			prot |= _PAGE_RW | _PAGE_DIRTY;
		protection_map[f] = prot;
	}
}

void mm_init(void)
{
	mm_cache = kmem_cache_create_boot("mm_struct", sizeof(struct mm_struct), 0);
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOFAIL_BOOT);
	page_set(zero_page, PG_zeropage);
	init_protection_map();
	huge_init();
	vma_init();
	filemap_init();
	shmem_init();
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL);

	if (!mm)
		return NULL;
	memset(mm, 0, sizeof(*mm));
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	init_rwsem(&mm->mmap_lock);
	spin_lock_init(&mm->page_table_lock, LOCK_PGTABLE);
	mm->task_size = TASK_SIZE;
	mm->mmap_base = TASK_SIZE - (128UL << 20) - STACK_GUARD_GAP;
	mm->nr_ptes = 1;
	mm->rlimit_as = mm->rlimit_data = mm->rlimit_stack = mm->rlimit_memlock = ~0UL;
	return mm;
}

void mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
}

bool mmget_not_zero(struct mm_struct *mm)
{
	int users = atomic_read(&mm->mm_users);

	while (users && !__atomic_compare_exchange_n(&mm->mm_users.counter, &users, users + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	return users;
}

/* VMA by VMA from below, so that only tables that are in use are looked at. */
static void exit_mmap(struct mm_struct *mm)
{
	struct zap z = { .mm = mm, .floor = 0, .exit = true };
	struct vm_area_struct *vma, *next;
	long committed = 0;

	spin_lock(&mm->page_table_lock);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		z.ceiling = vma->vm_next ? vma->vm_next->vm_start : USER_TOP;
		zap_range(&z, vma->vm_start, vma->vm_end);
	}
	spin_unlock(&mm->page_table_lock);
	if (mm->pgd == current_pgd())
		tlb_flush_user();
	for (vma = mm->mmap; vma; vma = next) {
		next = vma->vm_next;
		if (vma->vm_flags & VM_ACCOUNT)
			committed += vma_pages(vma);
		vma_destroy(vma);
	}
	vm_uncommit(committed);
	mm->mmap = mm->vmacache = NULL;
	mm->mm_rb.node = NULL;
	mm->highest_end = 0;
	mm->map_count = 0;
	mm->total_vm = mm->locked_vm = mm->data_vm = mm->exec_vm = mm->stack_vm = 0;
	mm->rss_anon = mm->rss_file = mm->rss_shmem = 0;
}

void mmput(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	mmdrop(mm);
}

void mmdrop(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	if (mm->pgd == current_pgd())
		load_pgd(swapper_pg_dir_phys);
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cache, mm);
}
