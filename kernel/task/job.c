/* SPDX-License-Identifier: MIT */
/* Process groups and sessions, and who is who: getpid and its relatives. Lock: tasklist_lock [T]. */
#include "internal.h"

SYSCALL(getpid)  { return current->vtgid; }
SYSCALL(gettid)  { return current->vpid; }
SYSCALL(getppid) { return current->vppid; }
SYSCALL(getpgrp) { return pid_vnr(current->signal->pgrp); }

SYSCALL(set_tid_address)
{
	current->clear_child_tid = (u64)a0;
	return current->vpid;
}

/* A process by number; 0: the caller. */
static struct task_struct *process_of(pid_t pid)
{
	return pid ? find_task_by_vpid(pid) : current->group_leader;
}

SYSCALL(getpgid)
{
	struct task_struct *t = process_of((pid_t)a0);

	return t ? pid_vnr(t->signal->pgrp) : -ESRCH;
}

SYSCALL(getsid)
{
	struct task_struct *t = process_of((pid_t)a0);

	return t ? pid_vnr(t->signal->session) : -ESRCH;
}

/* => tasklist_lock held */
static void join_group(struct signal_struct *s, pid_t pgrp, pid_t session)
{
	pid_t old_pgrp = s->pgrp, old_session = s->session;

	pidmap_get(&pidmap, pgrp);
	pidmap_get(&pidmap, session);
	list_del_init(&s->pgrp_node);
	list_add_tail(&s->pgrp_node, pidmap_pgrp(&pidmap, pgrp));
	s->pgrp = pgrp;
	s->session = session;
	if (old_pgrp)
		pidmap_put(&pidmap, old_pgrp);
	if (old_session)
		pidmap_put(&pidmap, old_session);
}

bool pgrp_exists(pid_t pgrp)
{
	struct list_head *members = pidmap_pgrp(&pidmap, pgrp);

	return members && !list_empty(members);
}

bool pgrp_exists_in_session(pid_t pgrp, pid_t session)
{
	struct list_head *members = pidmap_pgrp(&pidmap, pgrp);

	return pgrp_exists(pgrp) &&
		list_first_entry(members, struct signal_struct, pgrp_node)->session == session;
}

SYSCALL(setpgid)
{
	pid_t pid = (pid_t)a0, pgid = (pid_t)a1;
	struct task_struct *me = current->group_leader, *t;
	long err = 0;
	TASKLIST_LOCK(irq);

	pid = pid ? pid_of_vnr(pid) : me->pid;
	if (pgid > 0)
		pgid = pid_of_vnr(pgid);
	else if (!pgid)
		pgid = pid;
	t = find_task_by_pid(pid);
	if ((pid_t)a1 < 0)
		err = -EINVAL;
	else if (!t)
		err = -ESRCH;
	else if (!is_group_leader(t))
		err = -EINVAL;
	else if (t != me && t->parent != me)
		err = -ESRCH;
	else if (t->signal->session_leader || (t != me && t->signal->session != me->signal->session))
		err = -EPERM;
	else if (t != me && t->signal->execed)
		err = -EACCES;
	else if (pgid != pid && !pgrp_exists_in_session(pgid, me->signal->session))
		err = -EPERM;
	else if (t->signal->pgrp != pgid)
		join_group(t->signal, pgid, t->signal->session);
	TASKLIST_UNLOCK(irq);
	return err;
}

SYSCALL(setsid)
{
	struct task_struct *me = current->group_leader;
	struct list_head *members;
	long ret = me->vpid;
	TASKLIST_LOCK(irq);

	members = pidmap_pgrp(&pidmap, me->pid);
	if (me->signal->session_leader || (members && !list_empty(members))) {
		ret = -EPERM;
	} else {
		join_group(me->signal, me->pid, me->pid);
		me->signal->session_leader = true;
		me->signal->tty = NULL;
	}
	TASKLIST_UNLOCK(irq);
	return ret;
}

/* Does a member of @pgrp, other than @ignored, have a parent outside of it in its session? => tasklist_lock */
static bool pgrp_has_shepherd(struct list_head *members, const struct signal_struct *ignored)
{
	struct signal_struct *s;

	list_for_each_entry(s, members, pgrp_node) {
		struct signal_struct *ps = s->leader->parent->signal;

		if (s == ignored || process_is_dead(s->leader) || s->leader->parent->pid == 1)
			continue;
		if (ps->pgrp != s->pgrp && ps->session == s->session)
			return true;
	}
	return false;
}

bool is_orphaned_pgrp(pid_t pgrp)
{
	struct list_head *members;
	bool orphaned;
	TASKLIST_LOCK(irq);

	members = pidmap_pgrp(&pidmap, pgrp);
	orphaned = !members || !pgrp_has_shepherd(members, NULL);
	TASKLIST_UNLOCK(irq);
	return orphaned;
}

/*
 * @leader's process ends (@parent NULL), or was handed over when @parent died: if that makes its group orphaned
 * and a member is stopped, nobody would ever continue it (POSIX: SIGHUP, then SIGCONT). => tasklist_lock
 */
void kill_orphaned_pgrp(struct task_struct *leader, struct task_struct *parent)
{
	struct signal_struct *s = leader->signal, *m;
	struct task_struct *shepherd = parent ? parent : leader->parent;
	struct list_head *members = pidmap_pgrp(&pidmap, s->pgrp);
	bool any_stopped = false;

	if (!members || shepherd->signal->pgrp == s->pgrp || shepherd->signal->session != s->session)
		return;         /* it was not this one who kept the group from being orphaned */
	list_for_each_entry(m, members, pgrp_node)
		any_stopped |= m->stopped && !(m == s && !parent);
	if (!any_stopped || pgrp_has_shepherd(members, parent ? NULL : s))
		return;
	list_for_each_entry(m, members, pgrp_node) {
		group_send_sig_info(SIGHUP, NULL, m->leader);
		group_send_sig_info(SIGCONT, NULL, m->leader);
	}
}
