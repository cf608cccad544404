/* SPDX-License-Identifier: MIT */
/*
 * Memory policies (mbind(2), set_mempolicy(2)) on a machine with one node: each policy is fulfilled, so it is only
 * remembered. A policy is a number, 0 the default one, without references: a task has one in a field, a mapping in
 * the upper half of its vm_flags, where splitting, merging and fork treat it right by themselves.
 *
 *   bits 0-2 mode (MPOL_*), 3 a home node was set, 4-6 MPOL_F_*_NODES and NUMA_BALANCING, 7-22 nodes 0 to 15 as the user said
 */
#ifndef MM_MEMPOLICY_H
#define MM_MEMPOLICY_H

#include <mm/mm_types.h>
#include <uapi/mman.h>

#define MPOL_MODE_FLAGS (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)
#define MAX_NUMNODES 1024       /* nodes a mask may name; only node 0 is there */

/* @mode with its flags, @nodes: bit N for node N, beyond 63: none. The policy, or -EINVAL as mbind(2) has it. */
int mpol_new(int mode, u64 nodes) __must_check;
int mpol_mode(u32 pol);         /* MPOL_* | MPOL_F_*, as get_mempolicy(2) tells it */
u64 mpol_nodes(u32 pol);        /* and its node mask */
u32 vma_policy(const struct vm_area_struct *vma);
/* The words of /proc/PID/numa_maps: "bind=static:0". @buf: 64 bytes */
void mpol_to_str(u32 pol, char *buf);

/* mbind: all of [start, start + len), page-aligned, gets @pol. -EFAULT: a part is not mapped (nothing is done then). */
int do_mbind(struct mm_struct *mm, unsigned long start, unsigned long len, u32 pol);
/* set_mempolicy_home_node(2), node 0. -ENOENT: no mapping there has a policy, -EOPNOTSUPP: one of another mode. */
int do_home_node(struct mm_struct *mm, unsigned long start, unsigned long len);
/* The node of the page that is mapped at @addr: 0, -ENOENT none, -EFAULT no mapping, or the zero page. */
int mm_page_node(struct mm_struct *mm, unsigned long addr);

#endif
