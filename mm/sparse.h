/* SPDX-License-Identifier: MIT */
/* What sparse-vmemmap.c makes at boot and sparse_check.c looks at. */
#ifndef MM_SPARSE_INTERNAL_H
#define MM_SPARSE_INTERNAL_H

#include <mm/page_alloc.h>

/* A template: a page of 64 equal struct pages, and the shared tables that show nothing else. [B] */
struct template {
	phys_addr_t page, pte, pmd;
};
extern struct template absent, untouched_tmpl[MAX_NR_ZONES];
extern phys_addr_t absent_pud;          /* [B] 32 TiB of nothing */
extern phys_addr_t fill_page;           /* [z] source for copies: 64 equal struct pages */

#endif
