/* SPDX-License-Identifier: MIT */
/*
 * Mount name spaces, mount_namespaces(7): each has a tree of mounts of its own, a copy of the one it was made from.
 * Nothing propagates between them. What a more privileged name space mounted stays where it is in a copy (locked).
 */
#ifndef NS_MNT_NS_H
#define NS_MNT_NS_H

#include <lib/list.h>
#include <ns/ns_common.h>

struct mount;
struct fs_struct;
struct mnt_namespace {
	struct ns_common ns;
	struct mount *root;             /* [n] the root of all in it */
	unsigned int nr_mounts;         /* [n] in its tree */
	struct list_head dead;          /* [n] while it waits to be taken apart */
};
extern struct mnt_namespace init_mnt_ns;

/* @fs, which nobody else has, moves along. ERR_PTR */
struct mnt_namespace *copy_mnt_ns(struct user_namespace *owner, struct mnt_namespace *old, struct fs_struct *fs);

#endif
