// SPDX-License-Identifier: MIT
/*
 * Areas registered with a userfaultfd, and what its reader is told of changes to them: see mm/userfaultfd.h.
 *
 * Events are made under mmap_lock, before anything is changed, so that lack of memory fails the call; they hang on
 * mm->uffd_events until whoever holds the lock drops it (mmap_unlock_events) and waits for the reader. While an event is not
 * read, ctx->changing keeps page operations away (-EAGAIN): the reader's picture of the addresses is old.
 * Lock: mmap_lock, for write where nothing else is said.
 */
#include <mm/userfaultfd.h>
#include "vm_internal.h"

struct uffd_hooks uffd_hooks;

static struct uffd_ctx *ctx_of(const struct vm_area_struct *vma)
{
	unsigned int id = (vma->vm_flags & VM_UFFD_ID) >> VM_UFFD_ID_SHIFT;
	struct uffd_ctx *ctx = id ? vma->vm_mm->uffd_ctxs : NULL;

	while (ctx && ctx->id != id)
		ctx = ctx->next;
	return ctx;
}

/* ---- registration ---- */

int uffd_check_range(const struct mm_struct *mm, unsigned long start, unsigned long len)
{
	if (((start | len) & ~PAGE_MASK) || !len || start < sysctl_mmap_min_addr || start >= mm->task_size || len > mm->task_size - start)
		return -EINVAL;
	return 0;
}

/* A number of its own among the mm's contexts. 0 or -ENOMEM: there are too many. */
static int ctx_attach(struct uffd_ctx *ctx)
{
	struct uffd_ctx **at = &ctx->mm->uffd_ctxs;
	unsigned int id = 1;

	if (ctx->id)
		return 0;
	for (; *at && (*at)->id == id; at = &(*at)->next)       /* sorted: the first gap */
		id++;
	if (id > VM_UFFD_ID_MAX)
		return -ENOMEM;
	ctx->id = id;
	ctx->next = *at;
	*at = ctx;
	return 0;
}

static bool is_shmem(const struct vm_area_struct *vma)
{
	return vma->vm_mapping && vma->vm_mapping->is_shmem && !(vma->vm_ops && vma->vm_ops->fault);
}

static bool can_register(const struct vm_area_struct *vma, unsigned long vm_flags)
{
	return is_shmem(vma) || (vma_is_anon(vma) && !(vm_flags & VM_UFFD_MINOR));
}

static int check_areas(struct uffd_ctx *ctx, struct vm_area_struct *vma, unsigned long end, unsigned long vm_flags)
{
	for (; vma && vma->vm_start < end; vma = vma->vm_next) {
		struct uffd_ctx *owner = ctx_of(vma);

		if (!can_register(vma, vm_flags))
			return -EINVAL;
		/* UFFDIO_COPY fills holes of files: nobody may who could not have opened them for writing. */
		if (!(vma->vm_flags & VM_MAYWRITE))
			return -EPERM;
		if (owner && owner != ctx)
			return -EBUSY;
	}
	return 0;
}

/* One VMA's part. The VMA that covers it then, or ERR_PTR. */
static struct vm_area_struct *set_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, unsigned long uffd)
{
	unsigned long flags = (vma->vm_flags & ~VM_UFFD_MASK) | uffd;

	if (flags == vma->vm_flags)
		return vma;
	if (vma->vm_flags & ~flags & VM_UFFD_WP)
		WARN_ON(uffd_wp_range(vma, start, end, false));
	return vma_modify(vma->vm_mm, vma, start, end, flags);
}

/* The lowest VMA in [start, end), or ERR_PTR as both requests have it. */
static struct vm_area_struct *first_area(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma)
		return ERR_PTR(-ENOMEM);
	return vma->vm_start < end ? vma : ERR_PTR(-EINVAL);
}

int uffd_register(struct uffd_ctx *ctx, unsigned long start, unsigned long len, unsigned long vm_flags)
{
	struct mm_struct *mm = ctx->mm;
	unsigned long end = start + len;
	struct vm_area_struct *vma;
	int err;

	down_write(&mm->mmap_lock);
	vma = first_area(mm, start, end);
	err = IS_ERR(vma) ? PTR_ERR(vma) : check_areas(ctx, vma, end, vm_flags);
	if (!err)
		err = ctx_attach(ctx);
	for (; !err && vma && vma->vm_start < end; vma = vma->vm_next) {
		/* Already so, or with more: left alone. */
		if (ctx_of(vma) == ctx && (vma->vm_flags & vm_flags) == vm_flags)
			continue;
		vma = set_area(vma, max(start, vma->vm_start), min(end, vma->vm_end),
			       vm_flags | (unsigned long)ctx->id << VM_UFFD_ID_SHIFT);
		if (IS_ERR(vma)) {
			err = PTR_ERR(vma);
			break;
		}
	}
	up_write(&mm->mmap_lock);
	return err;
}

int uffd_unregister(struct uffd_ctx *ctx, unsigned long start, unsigned long len)
{
	struct mm_struct *mm = ctx->mm;
	unsigned long end = start + len;
	struct vm_area_struct *vma, *first;
	int err = 0;

	down_write(&mm->mmap_lock);
	first = first_area(mm, start, end);
	if (IS_ERR(first))
		err = PTR_ERR(first);
	for (vma = first; !err && vma && vma->vm_start < end; vma = vma->vm_next)
		if (!can_register(vma, vma->vm_flags))
			err = -EINVAL;
	for (vma = first; !err && vma && vma->vm_start < end; vma = vma->vm_next) {
		struct uffd_ctx *owner = ctx_of(vma);
		unsigned long from = max(start, vma->vm_start), to = min(end, vma->vm_end);

		if (!owner)
			continue;
		if (vma->vm_flags & VM_UFFD_MISSING)
			uffd_hooks.wake(owner, from, to - from);
		vma = set_area(vma, from, to, 0);
		if (IS_ERR(vma)) {
			err = PTR_ERR(vma);
			break;
		}
	}
	up_write(&mm->mmap_lock);
	return err;
}

void uffd_release(struct uffd_ctx *ctx)
{
	struct mm_struct *mm = ctx->mm;
	struct uffd_ctx **at = &mm->uffd_ctxs;
	struct vm_area_struct *vma;

	down_write(&mm->mmap_lock);
	ctx->released = true;
	/* Whole VMAs lose flags: nothing is split, so nothing fails. Without users there are none. */
	for (vma = ctx->id && atomic_read(&mm->mm_users) ? mm->mmap : NULL; vma; vma = vma->vm_next)
		if (ctx_of(vma) == ctx)
			vma = set_area(vma, vma->vm_start, vma->vm_end, 0);
	while (*at && *at != ctx)
		at = &(*at)->next;
	if (*at)
		*at = ctx->next;
	up_write(&mm->mmap_lock);
}

/* ---- faults ---- */

unsigned long uffd_reason(const struct vm_area_struct *vma, pte_t e, unsigned long addr, unsigned int access)
{
	unsigned long flags = vma->vm_flags;
	struct page *p;

	if (e.val && !pte_is_marker(e))
		return (access & FAULT_WRITE) && (e.val & _PAGE_UFFD_WP) ? flags & VM_UFFD_WP : 0;
	if (vma_is_anon(vma))
		return flags & VM_UFFD_MISSING;
	if (!(flags & (VM_UFFD_MISSING | VM_UFFD_MINOR)) || vma_pgoff(vma, addr) >= PFN_UP(vma->vm_mapping->size))
		return 0;               /* beyond the end: SIGBUS, whoever is registered */
	p = find_get_page(vma->vm_mapping, vma_pgoff(vma, addr));
	if (!p)
		return flags & VM_UFFD_MISSING;
	put_page(p);
	return flags & VM_UFFD_MINOR;
}

unsigned long uffd_look(struct mm_struct *mm, unsigned long addr, unsigned int access,
			void (*queue)(struct uffd_ctx *ctx, unsigned long reason, void *arg), void *arg)
{
	struct vm_area_struct *vma;
	unsigned long reason = 0;
	struct uffd_ctx *ctx;
	pmd_t *pmd;
	pte_t *pte;

	down_read(&mm->mmap_lock);
	vma = find_vma(mm, addr);
	ctx = vma && vma->vm_start <= addr ? ctx_of(vma) : NULL;
	if (ctx) {
		spin_lock(&mm->page_table_lock);
		pmd = pmd_lookup(mm, addr);
		pte = pte_lookup(mm, addr);
		if (!pmd || !pmd_huge(*pmd))
			reason = uffd_reason(vma, pte ? *pte : (pte_t){ 0 }, addr, access);
		if (reason)
			queue(ctx, reason, arg);
		spin_unlock(&mm->page_table_lock);
	}
	up_read(&mm->mmap_lock);
	return reason;
}

/* ---- events ---- */

static struct uffd_event *event_alloc(struct uffd_ctx *ctx, unsigned int event)
{
	struct uffd_event *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return NULL;
	e->ctx = ctx;
	e->event = event;
	atomic_inc(&ctx->count);
	atomic_inc(&ctx->changing);
	return e;
}

/* One that nobody was told of. */
void uffd_event_free(struct uffd_event *e)
{
	if (e->child)
		uffd_hooks.abandon(e->child);
	atomic_dec(&e->ctx->changing);
	uffd_hooks.put(e->ctx);
	kfree(e);
}

struct uffd_event **uffd_event_tail(struct mm_struct *mm)
{
	struct uffd_event **at = &mm->uffd_events;

	while (*at)
		at = &(*at)->next;
	return at;
}

void uffd_event_queue(struct mm_struct *mm, struct uffd_event **at, struct uffd_event *e)
{
	e->next = *at;
	*at = e;
}

void __uffd_unlock(struct mm_struct *mm)
{
	struct uffd_event *list = mm->uffd_events;

	mm->uffd_events = NULL;
	up_write(&mm->mmap_lock);
	uffd_hooks.deliver(list);
}

/* Each context that wants to know hears once of a call, of the whole range. */
static bool is_told(const struct mm_struct *mm, const struct uffd_ctx *ctx, unsigned long start, unsigned long end)
{
	const struct uffd_event *e = mm->uffd_events;

	while (e && !(e->event == UFFD_EVENT_UNMAP && e->ctx == ctx && e->arg[0] == start && e->arg[1] == end))
		e = e->next;
	return e;
}

int uffd_unmapping(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	struct uffd_event **at = uffd_event_tail(mm), *e;

	for (; vma && vma->vm_start < end; vma = vma->vm_next) {
		struct uffd_ctx *ctx = ctx_of(vma);

		if (!ctx || !(ctx->features & UFFD_FEATURE_EVENT_UNMAP) || is_told(mm, ctx, start, end))
			continue;
		e = event_alloc(ctx, UFFD_EVENT_UNMAP);
		if (!e)
			goto no_memory;
		e->arg[0] = start;
		e->arg[1] = end;
		uffd_event_queue(mm, uffd_event_tail(mm), e);
	}
	return 0;
no_memory:
	while ((e = *at)) {
		*at = e->next;
		uffd_event_free(e);
	}
	return -ENOMEM;
}

int uffd_moving(struct vm_area_struct *vma, unsigned long *flags, struct uffd_event **event)
{
	struct uffd_ctx *ctx = ctx_of(vma);

	if (!(ctx->features & UFFD_FEATURE_EVENT_REMAP)) {
		*flags &= ~VM_UFFD_MASK;
		return 0;
	}
	*event = event_alloc(ctx, UFFD_EVENT_REMAP);
	return *event ? 0 : -ENOMEM;
}

int uffd_removing(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long *end)
{
	struct uffd_ctx *ctx = ctx_of(*vma);
	struct uffd_event *e;

	if (!(ctx->features & UFFD_FEATURE_EVENT_REMOVE))
		return 0;
	e = event_alloc(ctx, UFFD_EVENT_REMOVE);
	if (!e)
		return -ENOMEM;
	e->arg[0] = start;
	e->arg[1] = *end;
	up_write(&mm->mmap_lock);
	uffd_hooks.deliver(e);
	down_write(&mm->mmap_lock);
	*vma = find_vma(mm, start);
	if (!*vma || (*vma)->vm_start > start)
		return -ENOMEM;
	*end = min(*end, (*vma)->vm_end);
	return 0;
}

/* ---- fork ---- */

/* The child's counterpart of @ctx, with the same number, and the event that tells of it. */
static int ctx_dup(struct uffd_ctx *ctx, struct mm_struct *child, struct uffd_ctx ***at)
{
	struct uffd_event *e = event_alloc(ctx, UFFD_EVENT_FORK);

	if (!e)
		return -ENOMEM;
	e->child = uffd_hooks.dup(ctx, child);
	if (!e->child) {
		uffd_event_free(e);
		return -ENOMEM;
	}
	e->child->id = ctx->id;
	**at = e->child;
	*at = &e->child->next;
	uffd_event_queue(ctx->mm, uffd_event_tail(ctx->mm), e);
	return 0;
}

static bool has_areas(const struct uffd_ctx *ctx, const struct mm_struct *mm)
{
	const struct vm_area_struct *vma = mm->mmap;

	while (vma && (vma->vm_flags & VM_UFFD_ID) >> VM_UFFD_ID_SHIFT != ctx->id)
		vma = vma->vm_next;
	return vma;
}

/* Neighbours that could be one now stay two, as after a fork on Linux. The child has no page tables yet. */
int uffd_dup(struct mm_struct *old, struct mm_struct *child)
{
	struct uffd_ctx **at = &child->uffd_ctxs, *ctx;
	struct vm_area_struct *vma;
	int err = 0;

	for (ctx = old->uffd_ctxs; ctx && !err; ctx = ctx->next)
		if ((ctx->features & UFFD_FEATURE_EVENT_FORK) && has_areas(ctx, child))
			err = ctx_dup(ctx, child, &at);
	for (vma = child->mmap; vma && !err; vma = vma->vm_next)
		if ((vma->vm_flags & VM_UFFD_ANY) && !ctx_of(vma))
			vma->vm_flags &= ~VM_UFFD_MASK;
	return err;
}

void uffd_dup_undo(struct mm_struct *old)
{
	struct uffd_event *e;

	while ((e = old->uffd_events)) {
		old->uffd_events = e->next;
		uffd_event_free(e);
	}
}
