// SPDX-License-Identifier: MIT
/*
 * mmap, munmap, brk, growth of stacks: where a mapping goes, what it may cost, what it replaces.
 * Errors and their order are mmap(2)'s and Linux's. A mapping that fails changes nothing, except that
 * MAP_FIXED may already have unmapped what it was to replace (as on Linux).
 * Lock: each do_ function takes mmap_lock for write.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

/* ---- placement ---- */

static bool range_is_free(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *next, *prev = find_vma_prev(mm, addr, &next);

	if (next && addr + len > vm_start_gap(next))
		return false;
	return !prev || prev->vm_end <= addr;
}

/* Page-aligned len > 0; the address, or -errno. Below mmap_base first, then anywhere above (as Linux: bottom-up). */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long flags)
{
	unsigned long low = max(sysctl_mmap_min_addr, PAGE_SIZE), high = mm->mmap_base, found;

	if (len > mm->task_size)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		if (addr & ~PAGE_MASK)
			return -EINVAL;
		return addr > mm->task_size - len ? (unsigned long)-ENOMEM : addr;
	}
	low = PAGE_ALIGN(low);
	if (addr) {
		addr = PAGE_ALIGN(addr);
		if (addr >= low && addr <= mm->task_size - len && range_is_free(mm, addr, len))
			return addr;
	}
	if (flags & MAP_32BIT)
		return vma_find_gap_topdown(mm, 0x40000000, 0x80000000, len);
	found = vma_find_gap_topdown(mm, low, high, len);
	if (IS_ERR_VALUE(found))
		found = vma_find_gap_topdown(mm, low, mm->task_size, len);
	return found;
}

/* ---- munmap ---- */

static void uncommit_vma(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_ACCOUNT)
		vm_uncommit(vma_pages(vma));
}

/* Takes the VMAs from @vma on that end by *end out of the set; they hang on through vm_next. *end: of the last. */
static struct vm_area_struct *detach_vmas(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long *end)
{
	struct vm_area_struct *first = vma, *last = vma, *next;

	for (; vma && vma->vm_start < *end; vma = next) {
		next = vma->vm_next;
		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= vma_pages(vma);
		uncommit_vma(vma);
		vma_unlink(mm, vma);
		last = vma;
	}
	*end = last->vm_end;
	last->vm_next = NULL;
	return first;
}

static struct zap zap_between(struct mm_struct *mm, const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
	return (struct zap){
		.mm = mm,
		.floor = prev ? prev->vm_end : 0,
		.ceiling = next ? next->vm_start : USER_TOP,
	};
}

/* [start, end) is one end of @vma: it only becomes shorter. */
static int trim_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	long pages = (end - start) >> PAGE_SHIFT;
	bool head = start == vma->vm_start;
	struct zap z = zap_between(mm, head ? vma->vm_prev : vma, head ? vma : vma->vm_next);
	int err;

	if (head)
		z.ceiling = end;
	else
		z.floor = start;
	spin_lock(&mm->page_table_lock);
	err = unshare_edges(&z, start, end);
	if (!err) {
		vm_stat_account(mm, vma->vm_flags, -pages);
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= pages;
		if (vma->vm_flags & VM_ACCOUNT)
			vm_uncommit(pages);
		vma_set_bounds(mm, vma, head ? end : vma->vm_start, head ? vma->vm_end : start);
		zap_range(&z, start, end);
	}
	spin_unlock(&mm->page_table_lock);
	return err;
}

/* Splits at the ends of [start, end), which @vma, the first one in it, may stick out of. *first, *next: around. */
static int split_edges(struct mm_struct *mm, struct vm_area_struct **first, struct vm_area_struct **next,
		       unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = *first, *last;
	int err;

	if (start > vma->vm_start) {
		/* One VMA into three needs two new ones: refuse before the first is made. */
		if (end < vma->vm_end && mm->map_count + 1 >= sysctl_max_map_count)
			return -ENOMEM;
		err = vma_split(mm, vma, start);
		if (err)
			return err;
		vma = vma->vm_next;
	}
	*first = vma;
	last = end < vma->vm_end ? vma : find_vma(mm, end);
	*next = last;
	if (!last || last->vm_start >= end)
		return 0;
	err = vma_split(mm, last, end);
	*next = last->vm_next;
	return err;
}

/* => mmap_lock for write; [start, start + len) page-aligned, inside task_size */
int unmap_locked(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long end = start + len;
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end), *next;
	struct zap z;
	int err;

	if (!vma || !len)
		return 0;
	if (unlikely(mm->uffd_ctxs)) {
		err = uffd_unmapping(mm, start, end);
		if (err)
			return err;
	}
	if (start == vma->vm_start && end == vma->vm_end) {
		next = vma->vm_next;
	} else if ((start == vma->vm_start && end < vma->vm_end) || (end == vma->vm_end && start > vma->vm_start)) {
		return trim_vma(mm, vma, start, end);
	} else {
		err = split_edges(mm, &vma, &next, start, end);
		if (err)
			return err;
	}
	z = zap_between(mm, vma->vm_prev, next);
	start = vma->vm_start;
	spin_lock(&mm->page_table_lock);
	err = unshare_edges(&z, start, end);
	if (unlikely(err)) {
		spin_unlock(&mm->page_table_lock);
		return err;
	}
	vma = detach_vmas(mm, vma, &end);
	zap_range(&z, start, end);
	spin_unlock(&mm->page_table_lock);
	for (; vma; vma = next) {
		next = vma->vm_next;
		vma_destroy(vma);
	}
	return 0;
}

int do_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	int err;

	if ((addr & ~PAGE_MASK) || addr > mm->task_size || len > mm->task_size - addr)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;
	down_write(&mm->mmap_lock);
	err = unmap_locked(mm, addr, len);
	mmap_unlock_events(mm);
	return err;
}

/* ---- mmap ---- */

/* Something that lives outside this address space: a file, a segment. */
static bool has_object(const struct mmap_request *req)
{
	return req->mapping || req->vm_ops;
}

static unsigned long calc_vm_flags(const struct mm_struct *mm, const struct mmap_request *req)
{
	unsigned long f = mm->def_flags | (req->prot & (PROT_READ | PROT_WRITE | PROT_EXEC));
	unsigned long may = req->may_flags || has_object(req) ? req->may_flags : VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	static_assert(VM_READ == PROT_READ && VM_WRITE == PROT_WRITE && VM_EXEC == PROT_EXEC);
	if (req->flags & MAP_GROWSDOWN)
		f |= VM_GROWSDOWN;
	if (req->flags & MAP_LOCKED)
		f |= VM_LOCKED;
	if (req->flags & MAP_SHARED)
		f |= VM_SHARED | VM_MAYSHARE;
	if ((req->flags & MAP_NORESERVE) && sysctl_overcommit_memory != 2)
		f |= VM_NORESERVE;
	return f | may;
}

/* Private and writable: each page may have to be made. Shared anonymous memory is promised by its object. */
static bool is_accountable(unsigned long flags)
{
	return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

static int check_request(struct mm_struct *mm, const struct mmap_request *req, unsigned long len, unsigned long flags)
{
	unsigned long type = req->flags & MAP_TYPE;

	if (type != MAP_PRIVATE && type != MAP_SHARED && !(type == MAP_SHARED_VALIDATE && has_object(req)))
		return -EINVAL;
	if ((flags & VM_GROWSDOWN) && (has_object(req) || type != MAP_PRIVATE))
		return -EINVAL;
	if ((flags & VM_LOCKED) && !mlock_allowed(mm, len >> PAGE_SHIFT)) {
		if ((req->flags & MAP_LOCKED) && !mm->rlimit_memlock)
			return -EPERM;
		return -EAGAIN;
	}
	/* The file was not opened for what is asked. */
	if (flags & VM_ACCESS_FLAGS & ~(flags >> 4))
		return -EACCES;
	return 0;
}

/* Pages of [addr, addr + len) that are mapped now: MAP_FIXED gives them back first. */
static unsigned long pages_mapped(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	unsigned long end = addr + len, pages = 0;
	struct vm_area_struct *vma = find_vma_intersection(mm, addr, end);

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		pages += (min(vma->vm_end, end) - max(vma->vm_start, addr)) >> PAGE_SHIFT;
	return pages;
}

/* Puts the mapping that @proto describes into the set. 0 or -errno. */
static int insert_mapping(struct mm_struct *mm, const struct vm_area_struct *proto)
{
	struct vm_area_struct *next, *prev = find_vma_prev(mm, proto->vm_start, &next), *vma;

	if (vma_merge_new(mm, prev, next, proto))
		return 0;
	vma = vma_alloc();
	if (!vma)
		return -ENOMEM;
	*vma = *proto;
	vma_link(mm, vma, prev);
	mm->vmacache = vma;             /* the next mapping goes below it */
	vma_file_link(vma);
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	return 0;
}

/* => mmap_lock for write; addr, len fixed; proto->vm_flags final but for VM_ACCOUNT */
static int mmap_region(struct mm_struct *mm, struct vm_area_struct *proto)
{
	unsigned long addr = proto->vm_start, len = proto->vm_end - addr;
	long pages = len >> PAGE_SHIFT, committed = 0;
	int err;

	/* Nothing is there, unless MAP_FIXED; find_vma is cached, so this is cheap. */
	if (unlikely(!may_expand_vm(mm, proto->vm_flags, pages)) &&
	    !may_expand_vm(mm, proto->vm_flags, pages - pages_mapped(mm, addr, len)))
		return -ENOMEM;
	err = unmap_locked(mm, addr, len);
	if (err)
		return err;
	if (is_accountable(proto->vm_flags)) {
		err = vm_commit(pages);
		if (err)
			return err;
		committed = pages;
		proto->vm_flags |= VM_ACCOUNT;
	}
	proto->vm_page_prot = vm_page_prot(proto->vm_flags);
	err = insert_mapping(mm, proto);
	if (err) {
		vm_uncommit(committed);
		return err;
	}
	vm_stat_account(mm, proto->vm_flags, pages);
	if (proto->vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}

static unsigned long mmap_locked(struct mm_struct *mm, struct mmap_request *req, unsigned long len)
{
	unsigned long addr, flags = calc_vm_flags(mm, req);
	struct vm_area_struct proto;
	bool shared_anon = !has_object(req) && (req->flags & MAP_TYPE) == MAP_SHARED;
	int err;

	if (mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	addr = get_unmapped_area(mm, req->addr, len, req->flags);
	if (IS_ERR_VALUE(addr))
		return addr;
	if ((req->flags & MAP_FIXED) && addr < sysctl_mmap_min_addr && !mm->can_map_low)
		return -EPERM;
	if ((req->flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, addr, addr + len))
		return -EEXIST;
	err = check_request(mm, req, len, flags);
	if (err)
		return err;
	if (shared_anon) {
		err = shmem_zero_setup(req, len);
		if (err)
			return err;
	}
	memset(&proto, 0, sizeof(proto));
	proto.vm_mm = mm;
	proto.vm_start = addr;
	proto.vm_end = addr + len;
	proto.vm_flags = flags;
	proto.vm_file = req->file;
	proto.vm_mapping = req->mapping;
	proto.vm_ops = req->vm_ops;
	proto.vm_private = req->private;
	proto.vm_pgoff = has_object(req) ? req->pgoff : addr >> PAGE_SHIFT;
	err = mmap_region(mm, &proto);
	if (err && shared_anon)
		shmem_zero_abort(req);
	return err ? (unsigned long)err : addr;
}

/* @special: the mm's def_flags, and bits of @flags. */
static noinline bool wants_pages(unsigned long flags, unsigned long special)
{
	static_assert(MAP_LOCKED == VM_LOCKED);
	if ((special & VM_LOCKED) && !(special & VM_LOCKONFAULT))
		return true;
	return (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
}

unsigned long do_mmap(struct mm_struct *mm, const struct mmap_request *request)
{
	struct mmap_request req = *request;
	unsigned long len, addr, special;

	if (!req.len)
		return -EINVAL;
	if (req.flags & MAP_FIXED_NOREPLACE)
		req.flags |= MAP_FIXED;
	if (!(req.flags & MAP_FIXED)) {
		req.addr &= PAGE_MASK;
		if (req.addr && req.addr < sysctl_mmap_min_addr)
			req.addr = PAGE_ALIGN(sysctl_mmap_min_addr);
	}
	len = PAGE_ALIGN(req.len);
	if (!len)
		return -ENOMEM;
	if (req.pgoff + (len >> PAGE_SHIFT) < req.pgoff)
		return -EOVERFLOW;
	down_write(&mm->mmap_lock);
	addr = mmap_locked(mm, &req, len);
	special = (req.flags & (MAP_LOCKED | MAP_POPULATE)) | mm->def_flags;
	mmap_unlock_events(mm);
	if (unlikely(special) && !IS_ERR_VALUE(addr) && wants_pages(req.flags, special))
		mm_populate(mm, addr, len, false);
	return addr;
}

/* ---- brk ---- */

/* Anonymous memory where nothing is. => mmap_lock for write */
static int brk_locked(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot)
{
	struct vm_area_struct proto;

	memset(&proto, 0, sizeof(proto));
	proto.vm_mm = mm;
	proto.vm_start = addr;
	proto.vm_end = addr + len;
	proto.vm_pgoff = addr >> PAGE_SHIFT;
	proto.vm_flags = mm->def_flags | prot | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	if ((mm->def_flags & VM_LOCKED) && !mlock_allowed(mm, len >> PAGE_SHIFT))
		return -EAGAIN;
	if (mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	return mmap_region(mm, &proto);
}

int vm_brk(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot)
{
	int err;

	len = PAGE_ALIGN(len);
	if (!len)
		return 0;
	if ((addr & ~PAGE_MASK) || addr > mm->task_size || len > mm->task_size - addr)
		return -ENOMEM;
	down_write(&mm->mmap_lock);
	err = brk_locked(mm, addr, len, prot);
	up_write(&mm->mmap_lock);
	return err;
}

/* => mmap_lock for write. True: the break is @brk now. */
static bool move_brk(struct mm_struct *mm, unsigned long brk)
{
	unsigned long old = PAGE_ALIGN(mm->brk), new = PAGE_ALIGN(brk);
	struct vm_area_struct *next;

	if (brk < mm->start_brk || brk >= mm->task_size)
		return false;
	if (mm->rlimit_data != ~0UL && (brk - mm->start_brk) + (mm->end_data - mm->start_data) > mm->rlimit_data)
		return false;
	if (new < old)
		return unmap_locked(mm, new, old - new) == 0;
	if (new == old)
		return true;
	next = find_vma_intersection(mm, old, new + PAGE_SIZE + STACK_GUARD_GAP);
	if (next && new + PAGE_SIZE > vm_start_gap(next))
		return false;
	return brk_locked(mm, old, new - old, PROT_READ | PROT_WRITE) == 0;
}

unsigned long do_brk(struct mm_struct *mm, unsigned long brk)
{
	unsigned long old;
	bool populate = false;

	down_write(&mm->mmap_lock);
	old = mm->brk;
	if (move_brk(mm, brk)) {
		mm->brk = brk;
		populate = (mm->def_flags & VM_LOCKED_MASK) == VM_LOCKED && brk > old;
	}
	brk = mm->brk;
	mmap_unlock_events(mm);
	if (populate && PAGE_ALIGN(brk) > PAGE_ALIGN(old))
		mm_populate(mm, PAGE_ALIGN(old), PAGE_ALIGN(brk) - PAGE_ALIGN(old), true);
	return brk;
}

/* ---- stacks ---- */

/* Grows a GROWSDOWN @vma to include @addr. => mmap_lock for write. 0 or -ENOMEM */
int expand_stack(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	struct vm_area_struct *prev = vma->vm_prev;
	unsigned long pages;

	addr &= PAGE_MASK;
	if (addr >= vma->vm_start)
		return 0;
	if (!(vma->vm_flags & VM_GROWSDOWN) || addr < sysctl_mmap_min_addr)
		return -ENOMEM;
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) && (prev->vm_flags & VM_ACCESS_FLAGS) &&
	    (addr < prev->vm_end || addr - prev->vm_end < STACK_GUARD_GAP))
		return -ENOMEM;
	if (prev && addr < prev->vm_end)
		return -ENOMEM;
	pages = (vma->vm_start - addr) >> PAGE_SHIFT;
	if (vma->vm_end - addr > mm->rlimit_stack || !may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	if ((vma->vm_flags & VM_LOCKED) && !mlock_allowed(mm, pages))
		return -ENOMEM;
	if ((vma->vm_flags & VM_ACCOUNT) && vm_commit(pages))
		return -ENOMEM;
	vma_set_bounds(mm, vma, addr, vma->vm_end);
	vm_stat_account(mm, vma->vm_flags, pages);
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}
