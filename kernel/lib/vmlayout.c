// SPDX-License-Identifier: MIT
/* The table form of asm/vmlayout.h's list. */
#include <asm/vmlayout.h>

#define VM_ENTRY(name, start, end, purpose) { #name, start, end, purpose },
const struct vm_region vm_layout[NR_VM_REGIONS] = { VM_LAYOUT(VM_ENTRY) };

/* No gap between neighbours in the kernel half. */
static_assert(PAGE_OFFSET_END + 1 < VMALLOC_START && VMALLOC_END + 1 < VMEMMAP_START);
static_assert(KERNEL_IMAGE_END < PKMAP_BASE && PKMAP_END + 1 == FIXADDR_START);
