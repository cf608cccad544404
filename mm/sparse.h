/* SPDX-License-Identifier: MIT */
/* What sparse-vmemmap.c makes at boot and sparse_check.c looks at. */
#ifndef MM_SPARSE_INTERNAL_H
#define MM_SPARSE_INTERNAL_H

#include <mm/page_alloc.h>

/* A template: equal struct pages, and the shared tables that show nothing else. [B] */
struct template {
	phys_addr_t page;       /* 2 MiB of them if large, else one page */
	bool large;
	u64 entry;              /* what a pmd entry that shows it is */
	phys_addr_t pte;        /* not large: the table behind that entry */
	phys_addr_t pmd;        /* 64 GiB of that */
};
extern struct template absent, untouched_tmpl[MAX_NR_ZONES];
extern phys_addr_t fill_page;           /* [z] source for copies: 64 equal struct pages */

#endif
