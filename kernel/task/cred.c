/* SPDX-License-Identifier: MIT */
/* User and group ids, supplementary groups, capabilities: credentials(7), capabilities(7). */
#include <lib/sort.h>
#include <mm/vmalloc.h>
#include "internal.h"

SYSCALL(getuid)  { return uid_seen(current->cred.uid); }
SYSCALL(geteuid) { return uid_seen(current->cred.euid); }
SYSCALL(getgid)  { return gid_seen(current->cred.gid); }
SYSCALL(getegid) { return gid_seen(current->cred.egid); }

/* An id that the caller gives: the kernel's. NO_ID: it means none, or none in the caller's user name space. */
static u32 kuid_given(long uid) { return make_kuid(current_user_ns(), (u32)uid); }
static u32 kgid_given(long gid) { return make_kgid(current_user_ns(), (u32)gid); }
/* Ids of which NO_ID means "as it is". */
static bool given_wrong(long id, u32 kid) { return (u32)id != NO_ID && kid == NO_ID; }

bool in_group_p(u32 gid)
{
	const struct cred *c = &current->cred;
	unsigned int lo = 0, hi = c->groups ? c->groups->nr : 0;

	if (gid == c->fsgid)
		return true;
	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (c->groups->gid[mid] == gid)
			return true;
		if (c->groups->gid[mid] < gid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Capabilities follow the ids: leaving root loses them, effective root has what is permitted. */
static void fix_caps(struct cred *c, const struct cred *old)
{
	u32 root = make_kuid(c->user_ns, 0);
	bool was = old->uid == root || old->euid == root || old->suid == root;
	bool is = c->uid == root || c->euid == root || c->suid == root;

	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (was && !is) {
			if (!(c->securebits & SECBIT_KEEP_CAPS))
				c->cap_permitted = c->cap_effective = 0;
			c->cap_ambient = 0;
		}
		if (old->euid == root && c->euid != root)
			c->cap_effective = 0;
		if (old->euid != root && c->euid == root)
			c->cap_effective = c->cap_permitted;
	}
	if (old->euid != c->euid || old->egid != c->egid)
		current->dumpable = 0, current->pdeath_signal = 0;
	if (old->uid != c->uid)
		user_recharge();
}

SYSCALL(setuid)
{
	struct cred *c = &current->cred, old = *c;
	u32 id = kuid_given(a0);

	if (id == NO_ID)
		return -EINVAL;
	if (own_capable(CAP_SETUID))
		c->uid = c->suid = id;
	else if (id != c->uid && id != c->suid)
		return -EPERM;
	c->euid = c->fsuid = id;
	fix_caps(c, &old);
	return 0;
}

SYSCALL(setgid)
{
	struct cred *c = &current->cred, old = *c;
	u32 id = kgid_given(a0);

	if (id == NO_ID)
		return -EINVAL;
	if (own_capable(CAP_SETGID))
		c->gid = c->sgid = id;
	else if (id != c->gid && id != c->sgid)
		return -EPERM;
	c->egid = c->fsgid = id;
	fix_caps(c, &old);
	return 0;
}

SYSCALL(setreuid)
{
	struct cred *c = &current->cred, old = *c;
	u32 r = kuid_given(a0), e = kuid_given(a1);

	if (given_wrong(a0, r) || given_wrong(a1, e))
		return -EINVAL;
	if (!own_capable(CAP_SETUID)) {
		if (r != NO_ID && r != c->uid && r != c->euid)
			return -EPERM;
		if (e != NO_ID && e != c->uid && e != c->euid && e != c->suid)
			return -EPERM;
	}
	if (r != NO_ID)
		c->uid = r;
	if (e != NO_ID)
		c->euid = e;
	if (r != NO_ID || (e != NO_ID && e != old.uid))
		c->suid = c->euid;
	c->fsuid = c->euid;
	fix_caps(c, &old);
	return 0;
}

SYSCALL(setregid)
{
	struct cred *c = &current->cred, old = *c;
	u32 r = kgid_given(a0), e = kgid_given(a1);

	if (given_wrong(a0, r) || given_wrong(a1, e))
		return -EINVAL;
	if (!own_capable(CAP_SETGID)) {
		if (r != NO_ID && r != c->gid && r != c->egid)
			return -EPERM;
		if (e != NO_ID && e != c->gid && e != c->egid && e != c->sgid)
			return -EPERM;
	}
	if (r != NO_ID)
		c->gid = r;
	if (e != NO_ID)
		c->egid = e;
	if (r != NO_ID || (e != NO_ID && e != old.gid))
		c->sgid = c->egid;
	c->fsgid = c->egid;
	fix_caps(c, &old);
	return 0;
}

static bool one_of(u32 id, u32 a, u32 b, u32 c)
{
	return id == NO_ID || id == a || id == b || id == c;
}

SYSCALL(setresuid)
{
	struct cred *c = &current->cred, old = *c;
	u32 r = kuid_given(a0), e = kuid_given(a1), s = kuid_given(a2);

	if (given_wrong(a0, r) || given_wrong(a1, e) || given_wrong(a2, s))
		return -EINVAL;
	if (!own_capable(CAP_SETUID) && !(one_of(r, c->uid, c->euid, c->suid) && one_of(e, c->uid, c->euid, c->suid) &&
				      one_of(s, c->uid, c->euid, c->suid)))
		return -EPERM;
	if (r != NO_ID)
		c->uid = r;
	if (e != NO_ID)
		c->euid = e;
	if (s != NO_ID)
		c->suid = s;
	c->fsuid = c->euid;
	fix_caps(c, &old);
	return 0;
}

SYSCALL(setresgid)
{
	struct cred *c = &current->cred, old = *c;
	u32 r = kgid_given(a0), e = kgid_given(a1), s = kgid_given(a2);

	if (given_wrong(a0, r) || given_wrong(a1, e) || given_wrong(a2, s))
		return -EINVAL;
	if (!own_capable(CAP_SETGID) && !(one_of(r, c->gid, c->egid, c->sgid) && one_of(e, c->gid, c->egid, c->sgid) &&
				      one_of(s, c->gid, c->egid, c->sgid)))
		return -EPERM;
	if (r != NO_ID)
		c->gid = r;
	if (e != NO_ID)
		c->egid = e;
	if (s != NO_ID)
		c->sgid = s;
	c->fsgid = c->egid;
	fix_caps(c, &old);
	return 0;
}

static long put_three(long p1, long p2, long p3, u32 v1, u32 v2, u32 v3)
{
	if (put_user_u32(v1, (void __user *)p1) || put_user_u32(v2, (void __user *)p2) || put_user_u32(v3, (void __user *)p3))
		return -EFAULT;
	return 0;
}

SYSCALL(getresuid)
{
	const struct cred *c = &current->cred;

	return put_three(a0, a1, a2, uid_seen(c->uid), uid_seen(c->euid), uid_seen(c->suid));
}

SYSCALL(getresgid)
{
	const struct cred *c = &current->cred;

	return put_three(a0, a1, a2, gid_seen(c->gid), gid_seen(c->egid), gid_seen(c->sgid));
}

/* Both answer the old id, changed or not. */
SYSCALL(setfsuid)
{
	struct cred *c = &current->cred;
	u32 old = c->fsuid, id = kuid_given(a0), root = make_kuid(c->user_ns, 0);

	if (id == NO_ID || !(id == c->uid || id == c->euid || id == c->suid || id == old || own_capable(CAP_SETUID)))
		return uid_seen(old);
	c->fsuid = id;
	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (old == root && id != root)
			c->cap_effective &= ~CAP_FS_SET;
		if (old != root && id == root)
			c->cap_effective |= c->cap_permitted & CAP_FS_SET;
	}
	return uid_seen(old);
}

SYSCALL(setfsgid)
{
	struct cred *c = &current->cred;
	u32 old = c->fsgid, id = kgid_given(a0);

	if (id != NO_ID && (id == c->gid || id == c->egid || id == c->sgid || id == old || own_capable(CAP_SETGID)))
		c->fsgid = id;
	return gid_seen(old);
}

void put_groups(struct group_info *g)
{
	if (g && atomic_dec_and_test(&g->count))
		kvfree(g);
}

SYSCALL(getgroups)
{
	const struct group_info *g = current->cred.groups;
	int size = (int)a0, nr = g ? (int)g->nr : 0;

	if (size < 0)
		return -EINVAL;
	if (!size)
		return nr;
	if (nr > size)
		return -EINVAL;
	if (likely(current_user_ns() == &init_user_ns))
		return nr && copy_to_user((void __user *)a1, g->gid, (size_t)nr * 4) ? -EFAULT : nr;
	for (int i = 0; i < nr; i++)
		if (put_user_u32(gid_seen(g->gid[i]), (u32 __user *)a1 + i))
			return -EFAULT;
	return nr;
}

static int by_gid(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Groups as the caller names them become the kernel's. */
static bool groups_given(u32 *gid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		gid[i] = kgid_given((long)gid[i]);
		if (gid[i] == NO_ID)
			return false;
	}
	return true;
}

SYSCALL(setgroups)
{
	struct cred *c = &current->cred;
	struct group_info *g = NULL;
	unsigned int n = (unsigned int)a0;

	if (!may_setgroups(c->user_ns))
		return -EPERM;
	if (n > NGROUPS_MAX)
		return -EINVAL;
	if (n) {
		g = kvmalloc(sizeof(*g) + n * 4UL);
		if (!g)
			return -ENOMEM;
		if (copy_from_user(g->gid, (const void __user *)a1, n * 4UL)) {
			kvfree(g);
			return -EFAULT;
		}
		if (!groups_given(g->gid, n)) {
			kvfree(g);
			return -EINVAL;
		}
		sort(g->gid, n, 4, by_gid);
		g->nr = n;
		atomic_set(&g->count, 1);
	}
	put_groups(c->groups);
	c->groups = g;
	return 0;
}

/* 1: v1, one 32-bit set; 2: two. Tells the wanted version when it is unknown. */
static int cap_version(struct cap_header_abi *h, long user)
{
	if (copy_from_user(h, (const void __user *)user, sizeof(*h)))
		return -EFAULT;
	if (h->version == LINUX_CAPABILITY_VERSION_1)
		return 1;
	if (h->version == LINUX_CAPABILITY_VERSION_2 || h->version == LINUX_CAPABILITY_VERSION_3)
		return 2;
	return put_user_u32(LINUX_CAPABILITY_VERSION_3, (void __user *)user) ? -EFAULT : -EINVAL;
}

SYSCALL(capget)
{
	struct cap_header_abi h;
	struct cap_data_abi d[2];
	const struct task_struct *t;
	int n = cap_version(&h, a0);

	if (n < 0)
		return n == -EINVAL && !a1 ? 0 : n;
	if (h.pid < 0)
		return -EINVAL;
	t = h.pid ? find_task_by_vpid(h.pid) : current;
	if (!t)
		return -ESRCH;
	for (int i = 0; i < 2; i++) {
		d[i].effective = (u32)(t->cred.cap_effective >> 32 * i);
		d[i].permitted = (u32)(t->cred.cap_permitted >> 32 * i);
		d[i].inheritable = (u32)(t->cred.cap_inheritable >> 32 * i);
	}
	return a1 && copy_to_user((void __user *)a1, d, (unsigned int)n * sizeof(d[0])) ? -EFAULT : 0;
}

SYSCALL(capset)
{
	struct cred *c = &current->cred;
	struct cap_header_abi h;
	struct cap_data_abi d[2] = { { 0 } };
	u64 e, p, i;
	int n = cap_version(&h, a0);

	if (n < 0)
		return n;
	if (h.pid && h.pid != current->vpid)
		return -EPERM;
	if (copy_from_user(d, (const void __user *)a1, (unsigned int)n * sizeof(d[0])))
		return -EFAULT;
	e = (d[0].effective | (u64)d[1].effective << 32) & CAP_FULL_SET;
	p = (d[0].permitted | (u64)d[1].permitted << 32) & CAP_FULL_SET;
	i = (d[0].inheritable | (u64)d[1].inheritable << 32) & CAP_FULL_SET;
	if (p & ~c->cap_permitted || e & ~p)
		return -EPERM;
	if (!own_capable(CAP_SETPCAP) && (i & ~(c->cap_inheritable | c->cap_permitted)))
		return -EPERM;
	if (i & ~(c->cap_inheritable | c->cap_bset))
		return -EPERM;
	c->cap_effective = e;
	c->cap_permitted = p;
	c->cap_inheritable = i;
	c->cap_ambient &= p & i;
	return 0;
}
