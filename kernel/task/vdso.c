// SPDX-License-Identifier: MIT
/*
 * The vDSO in a process: data page and image are the pages of one page cache, mapped read-only and read-execute into
 * every new program. Option vdso=0: none.
 */
#include <lib/cmdline.h>
#include <mm/filemap.h>
#include <mm/mm.h>
#include <uapi/mman.h>
#include <x86/vdso.h>
#include <task/vdso.h>
#include "aslr.h"
#include "internal.h"

static struct address_space vdso_pages;         /* page 0: the data; then the image */
static struct vdso_data vdso_data;              /* what page 0 shows */
static bool vdso_on;

/* The page behind the image: of those whose clocks run differently (ns/time_ns.h). Its tsc_mult is 0: ask the kernel. */
#define FALLBACK_PGOFF (1 + PFN_UP(vdso_image_size))

static const char *vvar_name(struct vm_area_struct *vma) { return "[vvar]"; }
static const char *vdso_name(struct vm_area_struct *vma) { return "[vdso]"; }
static const struct vm_operations_struct vvar_vm_ops = { .name = vvar_name }, vdso_vm_ops = { .name = vdso_name };

static size_t copy_kernel(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return 0;
}

static bool store(u64 pos, const void *from, size_t n)
{
	return filemap_write(&vdso_pages, pos, from, n, copy_kernel) == (ssize_t)n;
}

void vdso_update(void)
{
	if (!vdso_on)
		return;
	vdso_data.seq++;
	ktime_parameters(&vdso_data.tsc_base, &vdso_data.tsc_mult);
	vdso_data.real_offset_ns = ktime_real_offset_ns();
	(void)!store(0, &vdso_data, sizeof(vdso_data)); /* the page is there: nothing can fail */
}

void vdso_init(void)
{
	char value[8];

	if (cmdline_get("vdso", value, sizeof(value)) >= 0 && !cmdline_has("vdso"))
		return;
	address_space_init(&vdso_pages, NULL);
	vdso_on = store(PAGE_SIZE, vdso_image, vdso_image_size) && store(0, &vdso_data, sizeof(vdso_data));
	if (!vdso_on)
		pr_warn("no memory for the vDSO: programs ask the kernel for the time\n");
	vdso_update();
}

/* Above the stack, in what is left of its 2 MiB, so that no page table is needed for it. 0: anywhere. */
static unsigned long place_above(unsigned long stack_top, unsigned long len)
{
	unsigned long end = min(ALIGN(stack_top, PMD_SIZE), (unsigned long)TASK_SIZE), room;

	if (!aslr_on() || stack_top >= end || end - stack_top < len)
		return 0;
	room = (end - len - stack_top) >> PAGE_SHIFT;
	return stack_top + ((arch_random() % (room + 1)) << PAGE_SHIFT);
}

static bool is_image(u64 pgoff)
{
	return pgoff && pgoff != FALLBACK_PGOFF;
}

static unsigned long map(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
			 u64 pgoff)
{
	const struct mmap_request req = {
		.addr = addr, .len = len, .prot = prot, .flags = MAP_PRIVATE | flags, .pgoff = pgoff, .mapping = &vdso_pages,
		.vm_ops = is_image(pgoff) ? &vdso_vm_ops : &vvar_vm_ops,
		.may_flags = is_image(pgoff) ? VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC : VM_MAYREAD,
	};

	return do_mmap(mm, &req);
}

unsigned long vdso_map(struct mm_struct *mm, unsigned long stack_top)
{
	unsigned long len = PAGE_SIZE + PAGE_ALIGN(vdso_image_size), addr;

	if (!vdso_on)
		return 0;
	addr = place_above(stack_top, len);
	/* Data and image in one piece first, then the image's rights: no race, the program has not begun. */
	addr = map(mm, addr, len, PROT_READ, addr ? MAP_FIXED_NOREPLACE : 0, 0);
	if (IS_ERR_VALUE(addr))
		return 0;
	if (unlikely(current->timens) && vdso_set_fallback(mm, true))
		return 0;
	addr = map(mm, addr + PAGE_SIZE, len - PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_FIXED, 1);
	return IS_ERR_VALUE(addr) ? 0 : addr;
}

/* Where the data page is mapped, 0: nowhere. */
static unsigned long find_vvar(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long addr = 0;

	down_read(&mm->mmap_lock);
	for (vma = find_vma(mm, 0); vma && !addr; vma = vma->vm_next)
		if (vma->vm_ops == &vvar_vm_ops)
			addr = vma->vm_start;
	up_read(&mm->mmap_lock);
	return addr;
}

int vdso_set_fallback(struct mm_struct *mm, bool fallback)
{
	unsigned long addr = find_vvar(mm);

	if (!addr)
		return 0;
	if (fallback && !store(FALLBACK_PGOFF << PAGE_SHIFT, "", 1))
		return -ENOMEM;
	addr = map(mm, addr, PAGE_SIZE, PROT_READ, MAP_FIXED, fallback ? FALLBACK_PGOFF : 0);
	return IS_ERR_VALUE(addr) ? -ENOMEM : 0;
}
