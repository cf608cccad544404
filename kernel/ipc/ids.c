/* SPDX-License-Identifier: MIT */
/* Identifiers, keys and permissions of System V IPC (internal.h, sysvipc(7)). */
#include "internal.h"
#include <ns/user_ns.h>
#include <task/timer.h>

#define SEQ_STEP 32768

s64 ipc_now(void)
{
	return ktime_get_real_ns() / 1000000000;
}

unsigned int ipc_index(const struct ipc_object *o)
{
	return o->id % SEQ_STEP;
}

struct ipc_object *ipc_next(const struct ipc_ids *ids, unsigned int index)
{
	for (; ids->used && index <= ids->highest; index++)
		if (ids->slots[index])
			return ids->slots[index];
	return NULL;
}

struct ipc_object *ipc_find(const struct ipc_ids *ids, int id)
{
	struct ipc_object *o = id >= 0 && (unsigned int)id % SEQ_STEP < ids->nr_slots ? ids->slots[id % SEQ_STEP] : NULL;

	return o && o->id == id ? o : NULL;
}

bool ipc_allowed(const struct ipc64_perm_abi *p, unsigned int want)
{
	const struct cred *c = &current->cred;
	unsigned int granted = p->mode;

	want = (want | want >> 3 | want >> 6) & 07;
	if (c->euid == p->cuid || c->euid == p->uid)
		granted >>= 6;
	else if (c->egid == p->cgid || c->egid == p->gid || in_group_p(p->cgid) || in_group_p(p->gid))
		granted >>= 3;
	return !(want & ~granted) || ns_capable(ipc_ns()->ns.user_ns, CAP_IPC_OWNER);
}

bool ipc_owns(const struct ipc64_perm_abi *p)
{
	return current->cred.euid == p->cuid || current->cred.euid == p->uid || ns_capable(ipc_ns()->ns.user_ns, CAP_SYS_ADMIN);
}

struct ipc_object *ipc_find_for_stat(const struct ipc_ids *ids, int id, bool by_index, bool any)
{
	struct ipc_object *o;

	if (by_index)                   /* an id serves too: its low bits are the index */
		o = id >= 0 && (unsigned int)id % SEQ_STEP < ids->nr_slots ? ids->slots[id % SEQ_STEP] : NULL;
	else
		o = ipc_find(ids, id);
	if (!o)
		return ERR_PTR(-EINVAL);
	return any || ipc_allowed(&o->perm, 0444) ? o : ERR_PTR(-EACCES);
}

struct ipc_object *ipc_find_owned(const struct ipc_ids *ids, int id)
{
	struct ipc_object *o = ipc_find(ids, id);

	return !o ? ERR_PTR(-EINVAL) : ipc_owns(&o->perm) ? o : ERR_PTR(-EPERM);
}

int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm_abi *set)
{
	u32 uid = make_kuid(current_user_ns(), set->uid), gid = make_kgid(current_user_ns(), set->gid);

	if (uid == NO_ID || gid == NO_ID)
		return -EINVAL;
	o->perm.uid = uid;
	o->perm.gid = gid;
	o->perm.mode = (o->perm.mode & ~0777u) | (set->mode & 0777);
	o->ctime = ipc_now();
	return 0;
}

struct ipc64_perm_abi ipc_perm_seen(const struct ipc_object *o)
{
	struct ipc64_perm_abi p = o->perm;

	p.uid = uid_seen(p.uid);
	p.gid = gid_seen(p.gid);
	p.cuid = uid_seen(p.cuid);
	p.cgid = gid_seen(p.cgid);
	return p;
}

static int double_table(struct ipc_ids *ids)
{
	unsigned int n = ids->nr_slots ? ids->nr_slots * 2 : 64;
	struct ipc_object **t;

	t = kzalloc(n * sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	if (ids->nr_slots)
		memcpy(t, ids->slots, ids->nr_slots * sizeof(*t));
	kfree(ids->slots);
	ids->slots = t;
	ids->nr_slots = n;
	return 0;
}

/* The lowest free slot. */
static int free_slot(struct ipc_ids *ids)
{
	unsigned int i = ids->next_free;
	int err;

	while (i < ids->nr_slots && ids->slots[i])
		i++;
	ids->next_free = i;
	err = i < ids->nr_slots ? 0 : double_table(ids);
	return err ? err : (int)i;
}

/* The id of the next object, its slot there and empty: what /proc/sys/kernel/XXX_next_id asks for, if that is free. */
static int choose_id(struct ipc_ids *ids)
{
	int wanted = ids->wanted_id, slot, err = 0;

	if (ids->used >= (unsigned int)ids->limit)
		return -ENOSPC;
	ids->wanted_id = -1;
	while (wanted >= 0 && (unsigned int)wanted % SEQ_STEP >= ids->nr_slots && !err)
		err = double_table(ids);
	if (wanted >= 0 && !err && !ids->slots[wanted % SEQ_STEP])
		return wanted;
	slot = free_slot(ids);
	if (slot < 0)
		return slot;
	wanted = slot + ids->next_seq * SEQ_STEP;
	ids->next_seq = (ids->next_seq + 1) & 0x7fff;
	return wanted;
}

static long make_new(struct ipc_ids *ids, s32 key, u64 size, int flags)
{
	struct ipc_object *o = ids->op->make(ids, size, flags, key);
	const struct cred *c = &current->cred;
	unsigned int slot;
	int id;

	if (IS_ERR(o))
		return PTR_ERR(o);
	id = choose_id(ids);
	if (id < 0) {
		ids->op->free(o);
		return id;
	}
	slot = (unsigned int)id % SEQ_STEP;
	o->perm = (struct ipc64_perm_abi){ .key = key, .uid = c->euid, .gid = c->egid, .cuid = c->euid, .cgid = c->egid,
		.mode = flags & 0777, .seq = (u16)(id / SEQ_STEP) };
	o->id = id;
	o->ids = ids;
	o->ctime = ipc_now();
	ids->slots[slot] = o;
	if (slot == ids->next_free)
		ids->next_free++;
	ids->highest = max(ids->highest, slot);
	ids->used++;
	return o->id;
}

void ipc_forget(struct ipc_object *o)
{
	struct ipc_ids *ids = o->ids;

	ids->slots[ipc_index(o)] = NULL;
	ids->used--;
	ids->next_free = min(ids->next_free, ipc_index(o));
	while (ids->highest && !ids->slots[ids->highest])
		ids->highest--;
}

long ipc_get(struct ipc_ids *ids, s32 key, u64 size, int flags)
{
	struct ipc_object *o = key == IPC_PRIVATE ? NULL : ipc_next(ids, 0);
	int err;

	while (o && o->perm.key != key)
		o = ipc_next(ids, ipc_index(o) + 1);
	if (!o)
		return key == IPC_PRIVATE || (flags & IPC_CREAT) ? make_new(ids, key, size, flags) : -ENOENT;
	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	err = ids->op->suits ? ids->op->suits(o, size) : 0;
	if (err)
		return err;
	return ipc_allowed(&o->perm, flags & 0777) ? o->id : -EACCES;
}
