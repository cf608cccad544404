/* SPDX-License-Identifier: MIT */
/* The vDSO in processes: see include/x86/vdso.h. */
#ifndef TASK_VDSO_H
#define TASK_VDSO_H

#include <lib/types.h>

struct mm_struct;

void vdso_init(void);                   /* after the boot options and the page allocator */
void vdso_update(void);                 /* the wall clock was set, or goes at another rate */
/* Maps it into a new program; where its ELF header is (AT_SYSINFO_EHDR), or 0: there is none. */
unsigned long vdso_map(struct mm_struct *mm, unsigned long stack_top);
/* Programs in @mm get the time from the kernel (@fallback) or by themselves again, from now on. 0 or -ENOMEM. Takes mmap_lock. */
int vdso_set_fallback(struct mm_struct *mm, bool fallback);

#endif
