/* SPDX-License-Identifier: MIT */
/* A hash table of call stacks with linear probing, in one block of pages; records are never removed. */
#include <asm/vmlayout.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/stack_depot.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>

#define DEPOT_ORDER 6
#define NR_RECORDS ((PAGE_SIZE << DEPOT_ORDER) / sizeof(struct stack_record))
#define MAX_PROBES 64

static_assert(sizeof(struct stack_record) == 64);

static struct stack_record *records;    /* [B] NULL: nothing is kept */

void stack_depot_init(void)
{
	struct page *p = alloc_pages(GFP_KERNEL | __GFP_ZERO, DEPOT_ORDER);

	if (!p) {
		pr_warn("no memory for call stacks: reports name none\n");
		return;
	}
	page_set(p, PG_kernel);
	records = page_address(p);
}

/* Frame pointers go upwards within one stack; what does not look so ends the walk. */
static __no_sanitize_address u32 unwind(unsigned long *ip, unsigned long from)
{
	const unsigned long *fp = __builtin_frame_address(0);
	u32 nr = 0, all = 0;

	while (nr < STACK_DEPOT_DEPTH && all++ < 64) {
		const unsigned long next = fp[0], ret = fp[1];

		if (nr || ret == from)
			ip[nr++] = ret;
		if (next <= (unsigned long)fp || next - (unsigned long)fp >= THREAD_SIZE || next & 7)
			break;
		fp = (const unsigned long *)next;
	}
	if (!nr)
		ip[nr++] = from;
	return nr;
}

u32 stack_depot_save(const void *from)
{
	struct stack_record new = { 0 };
	u32 slot;

	if (!records)
		return 0;
	new.nr = unwind(new.ip, (unsigned long)from);
	for (u32 i = 0; i < new.nr; i++)
		new.hash = (new.hash ^ (u32)new.ip[i]) * 0x9e3779b1u;
	slot = new.hash >> 8;
	for (u32 i = 0; i < MAX_PROBES; i++, slot++) {
		struct stack_record *r = &records[slot % NR_RECORDS];

		if (!r->nr)
			*r = new;
		if (!memcmp(r, &new, sizeof(new)))
			return r - records + 1;
	}
	return 0;
}

const struct stack_record *stack_depot_get(u32 handle)
{
	return records && handle && handle <= NR_RECORDS ? &records[handle - 1] : NULL;
}

void stack_depot_print(const char *what, u32 handle)
{
	const struct stack_record *r = stack_depot_get(handle);

	pr_emerg("%s%s\n", what, r ? ":" : ": not known");
	for (u32 i = 0; r && i < r->nr; i++) {
		unsigned long offset = 0;
		const char *name = ksym_lookup(r->ip[i], &offset);

		pr_emerg("  %016lx %s+%#lx\n", r->ip[i], name ? name : "?", offset);
	}
}
