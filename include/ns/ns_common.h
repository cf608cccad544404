/* SPDX-License-Identifier: MIT */
/*
 * What all name spaces have in common, namespaces(7). One of each kind is there from the boot on, static; others are
 * made by clone(2) and unshare(2) and go with their last reference: tasks (by nsproxy and cred), descriptors and bind
 * mounts of /proc/PID/ns (nsfs.c), name spaces below.
 *
 * Locks: [A] atomic, [I] immutable.
 */
#ifndef NS_NS_COMMON_H
#define NS_NS_COMMON_H

#include <lib/atomic.h>
#include <lib/types.h>

struct user_namespace;
struct ns_common;
struct nsset;

enum ns_kind { NS_USER, NS_PID, NS_UTS, NS_IPC, NS_NET, NS_MNT, NS_TIME, NR_NS_KINDS };

struct ns_operations {
	const char *name;               /* of the link's text, "uts:[4026531838]" */
	unsigned long type;             /* CLONE_NEW* */
	enum ns_kind kind;
	void (*free)(struct ns_common *ns);     /* the last reference is gone; put_ns does the common part afterwards */
	/* NS_GET_PARENT. NULL: the kind has none. A name space without reference; NULL: above what the caller may see */
	struct ns_common *(*parent)(struct ns_common *ns);
	/* setns(2): may the caller go there, and what does it get? 0 or -errno; changes @set only. */
	int (*install)(struct nsset *set, struct ns_common *ns);
};

struct user_count;
struct ns_common {
	atomic_t count;                         /* [A] */
	u32 inum;                               /* [I] st_ino of the file in /proc/PID/ns */
	const struct ns_operations *ops;        /* [I] */
	struct user_namespace *user_ns;         /* [I] whose capabilities count in it, referenced; of a user name space its parent */
	struct user_count *charged;             /* [I] kernel/ns/ucount.c; NULL: of the boot */
};

/* Numbers that Linux has fixed, programs know them. */
#define PROC_IPC_INIT_INO  0xefffffffu
#define PROC_UTS_INIT_INO  0xeffffffeu
#define PROC_USER_INIT_INO 0xeffffffdu
#define PROC_PID_INIT_INO  0xeffffffcu
#define PROC_TIME_INIT_INO 0xeffffffau
#define PROC_MNT_INIT_INO  0xf0000000u  /* the first two that Linux hands out at boot */
#define PROC_NET_INIT_INO  0xf0000001u

/*
 * Charges a new name space of @ops->kind to the current task and makes it belong to @owner (a reference is taken).
 * One reference. 0, -ENOSPC: more than max_*_namespaces, -ENOMEM.
 */
int ns_init(struct ns_common *ns, const struct ns_operations *ops, struct user_namespace *owner) __attribute__((warn_unused_result));
/* What ns_init did, for who failed after it: @ns is not freed. */
void ns_abandon(struct ns_common *ns);
static inline void get_ns(struct ns_common *ns) { atomic_inc(&ns->count); }
void __put_ns(struct ns_common *ns);
static inline void put_ns(struct ns_common *ns)
{
	if (atomic_dec_and_test(&ns->count))
		__put_ns(ns);
}

#endif
