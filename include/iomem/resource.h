/* SPDX-License-Identifier: MIT */
/*
 * Linux's struct resource: a tree of who owns which physical addresses.
 *
 * Invariants (resource_check): 1 child inside parent; 2 siblings sorted and disjoint; 3 start <= end;
 * 4 child's parent pointer right. Lock: resource_lock (LOCK_RESOURCE) inside each call. Never
 * allocates: the caller owns the nodes and keeps them alive while they are in the tree.
 */
#ifndef IOMEM_RESOURCE_H
#define IOMEM_RESOURCE_H

#include <lib/compiler.h>
#include <lib/types.h>
#include <iomem/e820.h>

struct resource {
	u64 start;
	u64 end;                        /* inclusive, as in Linux */
	const char *name;
	unsigned long flags;            /* IORESOURCE_* */
	struct resource *parent, *sibling, *child;
};

#define IORESOURCE_IO        0x00000100
#define IORESOURCE_MEM       0x00000200
#define IORESOURCE_SYSRAM    0x01000000
#define IORESOURCE_BUSY      0x80000000

extern struct resource iomem_resource;

/* Inside @root, where nothing else is: 0, or -EBUSY (conflict), -EINVAL. */
int request_resource(struct resource *root, struct resource *new) __must_check;
/* Like request, but descends into the child that covers @new, and takes over children that @new covers. */
int insert_resource(struct resource *root, struct resource *new) __must_check;
/* As insert_resource, but grows @new to cover what it partly overlaps (Linux's insert_resource_expand_to_fit). */
int insert_resource_expand_to_fit(struct resource *root, struct resource *new) __must_check;
/* @res leaves the tree together with its children. -EINVAL when it was in none. */
int release_resource(struct resource *res) __must_check;
/* Deepest node covering @addr, or the root. */
struct resource *resource_find(struct resource *root, u64 addr);

/*
 * Depth-first walk below @root: fn(res, depth, arg), depth 0 for root's children; stops and returns fn's
 * value when it is not 0. resource_lock is held: fn must not sleep and not change the tree.
 */
int resource_walk(struct resource *root, int (*fn)(const struct resource *res, int depth, void *arg), void *arg);
/* One line of /proc/iomem, as Linux prints it: two blanks a level, at least 8 digits. Returns length. */
int resource_format(const struct resource *res, int depth, u64 root_end, char *buf, size_t size);
int resource_check(struct resource *root);

/*
 * The tree of a machine: one node per e820 entry with Linux's names and flags, Video RAM and System ROM
 * where the first MiB has room for them. 0, -ENOSPC (more nodes than the pool has), -EBUSY.
 */
int iomem_from_e820(struct resource *root, const struct e820_table *t) __must_check;
/* Linux's name of an e820 type in /proc/iomem. Never NULL. */
const char *iomem_type_name(enum e820_type type);
/* Physical ranges of the kernel's parts, inside System RAM; empty ones are left out. */
struct kernel_image_ranges {
	struct range code, rodata, data, bss;
};
int iomem_add_kernel(struct resource *root, const struct kernel_image_ranges *k) __must_check;
/* A node from the pool of this floor, by insert_resource; @name must stay. Never given back. */
int iomem_add(struct resource *root, u64 start, u64 end_inclusive, const char *name, unsigned long flags) __must_check;

#endif
