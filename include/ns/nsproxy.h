/* SPDX-License-Identifier: MIT */
/*
 * nsproxy: the name spaces of a task but its user name space (cred) and its PID name space (task_struct). Shared by
 * fork, never changed once shared: unshare(2) and setns(2) make a new one.
 */
#ifndef NS_NSPROXY_H
#define NS_NSPROXY_H

#include <fs/fs.h>
#include <lib/compiler.h>
#include <ns/ns_common.h>
#include <task/task.h>
#include <uapi/sched.h>

struct uts_namespace;
struct ipc_namespace;
struct mnt_namespace;
struct pid_namespace;
struct net_namespace;
struct time_namespace;
struct fs_struct;
struct file;

struct nsproxy {
	atomic_t count;                 /* [A] */
	/* [I] referenced */
	struct uts_namespace *uts;
	struct ipc_namespace *ipc;
	struct mnt_namespace *mnt;
	struct net_namespace *net;
	struct pid_namespace *pid_for_children;
	struct time_namespace *time, *time_for_children;
};
extern struct nsproxy init_nsproxy;

static inline void get_nsproxy(struct nsproxy *p) { atomic_inc(&p->count); }
void free_nsproxy(struct nsproxy *p);
static inline void put_nsproxy(struct nsproxy *p)
{
	if (atomic_dec_and_test(&p->count))
		free_nsproxy(p);
}

/*
 * clone(2): @t, a copy of the current task, shares its name spaces or has new ones by CLONE_NEW* in @flags; its cred is
 * ready. 0, -EPERM, -EINVAL, -ENOSPC, -ENOMEM: then it holds none.
 */
int __copy_namespaces(unsigned long flags, struct task_struct *t) __attribute__((warn_unused_result));
static inline int __attribute__((warn_unused_result)) copy_namespaces(unsigned long flags, struct task_struct *t)
{
	struct nsproxy *p = t->nsproxy;

	if (unlikely(flags & (CLONE_NEW_NAMESPACES & ~CLONE_NEWUSER)) || unlikely(p->time != p->time_for_children))
		return __copy_namespaces(flags, t);
	get_nsproxy(p);
	return 0;
}
/* unshare(2) */
long unshare_namespaces(unsigned long flags);
/* The task is gone. */
static inline void exit_namespaces(struct task_struct *t)
{
	struct nsproxy *p = t->nsproxy;

	t->nsproxy = NULL;
	put_nsproxy(p);
}
/* exec, once its address space is there: the new program is where its children would be. */
void __exec_namespaces(void);
/* No other thread, and nobody else in its address space. */
bool current_is_single_threaded(void);

/* What setns(2) puts together before anything changes. */
struct nsset {
	unsigned long flags;            /* CLONE_NEW* asked for */
	struct nsproxy *proxy;          /* a copy nobody else has */
	struct cred *cred;              /* a copy; another user_ns than the caller's is referenced */
	struct path root;               /* new root and working directory, referenced; .mnt NULL: unchanged */
};

/* Checks CAP_SYS_ADMIN over @ns for those install operations that want it there and in the caller's user name space. */
bool nsset_capable(const struct nsset *set, const struct ns_common *ns);

/* nsfs.c: the name space behind an open of /proc/PID/ns, NULL: another file. No reference but the file's. */
struct ns_common *file_ns(const struct file *f);
/* A referenced place that names @ns; the reference to @ns is taken over in every case. */
int ns_path(struct ns_common *ns, struct path *to) __attribute__((warn_unused_result));
bool is_ns_path(const struct path *p);
/* The name space of @t that its link shows, referenced; NULL: @t is gone, or has none. */
struct ns_common *task_ns(struct task_struct *t, unsigned int link);
enum { NS_LINK_IPC, NS_LINK_MNT, NS_LINK_NET, NS_LINK_PID, NS_LINK_PID_FOR_CHILDREN, NS_LINK_TIME, NS_LINK_TIME_FOR_CHILDREN, NS_LINK_USER, NS_LINK_UTS, NR_NS_LINKS };
extern const char *const ns_link_names[NR_NS_LINKS];

#endif
