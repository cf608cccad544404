/* SPDX-License-Identifier: MIT */
/*
 * User name spaces, user_namespaces(7). Inside the kernel ids are those of the initial name space ("kuid", "kgid");
 * they are translated where ring 3 gives or gets them. Capabilities of a task count in its user name space and those
 * below. Whoever has no id in a name space is shown as overflowuid.
 */
#ifndef NS_USER_NS_H
#define NS_USER_NS_H

#include <lib/compiler.h>
#include <ns/ns_common.h>
#include <task/task.h>

#define NO_ID 0xffffffffu               /* no uid, no gid */
#define UID_GID_MAP_MAX 340             /* lines of a map */

struct uid_gid_extent { u32 first, lower_first, count; };        /* lower_first: a kuid, kgid */
struct uid_gid_map {
	u32 nr;                         /* 0: nobody has written it yet */
	struct uid_gid_extent inl;      /* of a map of one line */
	struct uid_gid_extent *extents; /* of others */
};

struct user_namespace {
	struct ns_common ns;            /* ns.user_ns: the parent, NULL: the initial one */
	struct uid_gid_map uid_map, gid_map; /* [I] once written */
	int level;                      /* [I] 0: the initial one */
	u32 owner, group;               /* [I] kuid, kgid of who made it */
	bool may_setgroups;             /* /proc/PID/setgroups says "allow" */
	bool parent_could_setfcap;      /* [I] who made it had CAP_SETFCAP above: may map the parent's id 0 */
	u32 max[NR_NS_KINDS];           /* /proc/sys/user/max_*_namespaces */
	u64 max_processes;              /* [I] RLIMIT_NPROC of who made it: for all in it together */
};
extern struct user_namespace init_user_ns;
#define USER_NS_LEVEL_MAX 32

static inline struct user_namespace *current_user_ns(void) { return current->cred.user_ns; }

/* Has the current task @cap in @ns: its own or one below, or one that a user of its own made? */
bool ns_capable(const struct user_namespace *ns, int cap);
bool cred_capable(const struct cred *c, const struct user_namespace *ns, int cap);
/* In its own. */
static inline bool own_capable(int cap) { return current->cred.cap_effective >> cap & 1; }
bool in_userns(const struct user_namespace *ancestor, const struct user_namespace *ns); /* it, or below */

/* An id of @ns as the kernel's, NO_ID: it has no such. And back; munged: overflowuid, overflowgid for NO_ID. */
u32 __make_id(const struct uid_gid_map *m, u32 id);
u32 __from_id(const struct uid_gid_map *m, u32 kid);
extern int overflowuid, overflowgid;
static inline u32 make_kuid(const struct user_namespace *ns, u32 uid)
{
	return likely(ns == &init_user_ns) ? uid : __make_id(&ns->uid_map, uid);
}
static inline u32 make_kgid(const struct user_namespace *ns, u32 gid)
{
	return likely(ns == &init_user_ns) ? gid : __make_id(&ns->gid_map, gid);
}
static inline u32 from_kuid(const struct user_namespace *ns, u32 kuid)
{
	return likely(ns == &init_user_ns) ? kuid : __from_id(&ns->uid_map, kuid);
}
static inline u32 from_kgid(const struct user_namespace *ns, u32 kgid)
{
	return likely(ns == &init_user_ns) ? kgid : __from_id(&ns->gid_map, kgid);
}
static inline u32 munged(u32 id, int overflow) { return likely(id != NO_ID) ? id : (u32)overflow; }
static inline u32 from_kuid_munged(const struct user_namespace *ns, u32 kuid)
{
	return likely(ns == &init_user_ns) ? kuid : munged(__from_id(&ns->uid_map, kuid), overflowuid);
}
static inline u32 from_kgid_munged(const struct user_namespace *ns, u32 kgid)
{
	return likely(ns == &init_user_ns) ? kgid : munged(__from_id(&ns->gid_map, kgid), overflowgid);
}
/* As the current task sees it, and names it. */
static inline u32 uid_seen(u32 kuid) { return from_kuid_munged(current_user_ns(), kuid); }
static inline u32 gid_seen(u32 kgid) { return from_kgid_munged(current_user_ns(), kgid); }

bool ids_are_mapped(const struct user_namespace *ns, u32 kuid, u32 kgid);
bool may_setgroups(const struct user_namespace *ns);

/* A new one, for @c, which is at the same time or later the current task's: it has all capabilities there. 0 or -errno. */
int create_user_ns(struct cred *c) __must_check;
/* unshare(2), setns(2): the current task's credentials become @c; @c's reference to its user name space is taken over. */
void commit_user_ns(const struct cred *c);
/* References of credentials; not counted for the initial one. */
static inline void get_user_ns(struct user_namespace *ns)
{
	if (unlikely(ns != &init_user_ns))
		get_ns(&ns->ns);
}
static inline void put_user_ns(struct user_namespace *ns)
{
	if (unlikely(ns != &init_user_ns))
		put_ns(&ns->ns);
}

/* idmap.c: /proc/PID/uid_map, gid_map, setgroups, by who opened them (@opener). Bytes or -errno. */
struct seq_file;
void id_map_show(struct seq_file *m, const struct user_namespace *ns, bool gid, const struct user_namespace *reader);
long id_map_write(struct user_namespace *ns, bool gid, const struct cred *opener, char *text);
long setgroups_write(struct user_namespace *ns, const char *text);

/* kernel/task/user.c: one more name space of @kind in @ns and those above, each against its limit. NULL: -ENOSPC. */
struct user_count *charge_namespace(struct user_namespace *ns, u32 kuid, enum ns_kind kind) __must_check;
void uncharge_namespace(struct user_count *u, enum ns_kind kind);
void forget_user_counts(const struct user_namespace *ns);       /* it goes: nothing is charged in it any more */
unsigned int default_max_namespaces(void);      /* kernel/task/fork.c */
void user_sysctls_init(void);           /* /proc/sys/user; after fork_init */

#endif
