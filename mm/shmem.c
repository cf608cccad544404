// SPDX-License-Identifier: MIT
/*
 * Shared anonymous memory: a page cache without a file, alive as long as a VMA maps it. In
 * /proc/PID/maps it reads "/dev/zero (deleted)", as on Linux.
 */
#include "vm_internal.h"

struct shmem {
	struct address_space mapping;
	long vmas;              /* VMAs that map it [one CPU; under some mm's mmap_lock] */
	long committed;         /* pages promised */
};

static struct kmem_cache *shmem_cache;

void shmem_init(void)
{
	shmem_cache = kmem_cache_create_boot("shmem", sizeof(struct shmem), 0);
}

static void shmem_open(struct vm_area_struct *vma)
{
	struct shmem *s = vma->vm_private;

	s->vmas++;
}

static void shmem_close(struct vm_area_struct *vma)
{
	struct shmem *s = vma->vm_private;

	if (--s->vmas)
		return;
	address_space_destroy(&s->mapping);
	vm_uncommit(s->committed);
	kmem_cache_free(shmem_cache, s);
}

static const char *shmem_name(struct vm_area_struct *vma)
{
	return "/dev/zero (deleted)";
}

static const struct vm_operations_struct shmem_vm_ops = {
	.open = shmem_open,
	.close = shmem_close,
	.name = shmem_name,
};

/* Fills the file fields of @req with a new object without users: the first VMA's open() is its first. */
int shmem_zero_setup(struct mmap_request *req, unsigned long size)
{
	struct shmem *s = kmem_cache_alloc(shmem_cache, GFP_KERNEL | __GFP_ZERO);
	long pages = req->flags & MAP_NORESERVE ? 0 : size >> PAGE_SHIFT;
	int err;

	if (!s)
		return -ENOMEM;
	err = vm_commit(pages);
	if (err) {
		kmem_cache_free(shmem_cache, s);
		return err;
	}
	address_space_init(&s->mapping, NULL);
	s->mapping.is_shmem = true;
	s->mapping.size = size;
	s->committed = pages;
	req->mapping = &s->mapping;
	req->vm_ops = &shmem_vm_ops;
	req->private = s;
	req->pgoff = 0;
	return 0;
}

/* The object was made, but no VMA came of it. */
void shmem_zero_abort(struct mmap_request *req)
{
	struct vm_area_struct vma = { .vm_private = req->private };

	shmem_open(&vma);
	shmem_close(&vma);
}
