/* SPDX-License-Identifier: MIT */
/*
 * PID name spaces: ns/pid_ns.h. A pid with numbers in other name spaces than the initial one has a struct pid_numbers,
 * in a tree by pid; its slot in the pidmap says so (deep), and when that is free the numbers are, too. The map of a
 * name space leads from a number to it.
 *
 * Lock: [T] for numbers, reaper, zapper.
 */
#include <lib/rbtree.h>
#include <mm/slab.h>
#include <ns/nsproxy.h>
#include <ns/pid_ns.h>
#include <proc/seq_file.h>
#include "internal.h"

struct pid_numbers {
	struct rb_node node;            /* in all_numbers */
	pid_t pid;
	struct pid_namespace *ns;       /* the deepest, referenced */
	pid_t nr[];                     /* by level, 0..ns->level; nr[0] is pid */
};

static struct rb_root all_numbers = RB_ROOT;    /* [T] */

static struct pid_numbers *numbers_of(pid_t pid)
{
	struct rb_node *n = all_numbers.node;

	while (n) {
		struct pid_numbers *p = rb_entry(n, struct pid_numbers, node);

		if (p->pid == pid)
			return p;
		n = pid < p->pid ? n->left : n->right;
	}
	return NULL;
}

static void insert(struct pid_numbers *new)
{
	struct rb_node **link = &all_numbers.node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = new->pid < rb_entry(parent, struct pid_numbers, node)->pid ? &parent->left : &parent->right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert(&all_numbers, &new->node);
}

static const struct pid_namespace *ancestor_at(const struct pid_namespace *ns, int level)
{
	while (ns && ns->level > level)
		ns = ns->parent;
	return ns;
}

pid_t __pid_nr_ns(pid_t pid, const struct pid_namespace *ns)
{
	const struct pid_numbers *p;

	if (pid <= 0 || !ns->level)
		return pid;
	p = numbers_of(pid);
	return p && ancestor_at(p->ns, ns->level) == ns ? p->nr[ns->level] : 0;
}

pid_t __pid_of_nr(pid_t nr, const struct pid_namespace *ns)
{
	const struct pid_numbers *p;

	if (nr <= 0 || !ns->level)
		return nr;
	p = pidmap_task(ns->map, nr);
	return p ? p->pid : -1;
}

struct task_struct *next_task_in_ns(const struct pid_namespace *ns, pid_t *nr)
{
	void *found;

	while ((found = pidmap_next(ns->map, *nr))) {
		struct pid_numbers *p = found;
		struct task_struct *t = found;

		if (ns->level) {
			t = find_task_by_pid(p->pid);
			*nr = p->nr[ns->level];
		} else {
			*nr = t->pid;
		}
		if (t)
			return t;
	}
	return NULL;
}

void pid_show_numbers(struct seq_file *m, pid_t pid, const struct pid_namespace *ns)
{
	const struct pid_numbers *p = pid > 0 ? numbers_of(pid) : NULL;

	seq_printf(m, "\t%d", pid_nr_ns(pid, ns));
	for (int level = ns->level + 1; p && level <= p->ns->level && ancestor_at(p->ns, ns->level) == ns; level++)
		seq_printf(m, "\t%d", p->nr[level]);
}

pid_t pid_ns_last(const struct pid_namespace *ns)
{
	return ns->map->last;
}

/* --- numbers come and go --------------------------------------------------------------------- */

static void drop_numbers(struct pid_numbers *p, int above)
{
	struct pid_namespace *ns = p->ns;

	for (; ns->level > above; ns = ns->parent) {
		pidmap_set_task(ns->map, p->nr[ns->level], NULL);
		pidmap_put(ns->map, p->nr[ns->level]);
	}
}

/* pidmap's hook: nothing refers to @pid any more. */
static void pid_released(pid_t pid)
{
	struct pid_numbers *p = numbers_of(pid);

	rb_erase(&all_numbers, &p->node);
	drop_numbers(p, 0);
	put_ns(&p->ns->ns);
	kfree(p);
}

/* A number in @ns, the one asked for by set_tid, or any (NULL). */
static pid_t take_number(struct pid_namespace *ns, void *what, const pid_t *asked)
{
	pid_t want;

	if (likely(!asked))
		return pidmap_alloc(ns->map, what);
	want = *asked;
	if (want < 1 || want >= sysctl_pid_max || (want != 1 && ns->level && !ns->reaper))
		return -EINVAL;
	if (!ns_capable(ns->ns.user_ns, CAP_CHECKPOINT_RESTORE) && !ns_capable(ns->ns.user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	return pidmap_alloc_nr(ns->map, want, what);
}

/* @want: as set_tid, from the deepest up; those beyond @nr_want any. */
static noinline pid_t attach_deep(struct task_struct *t, struct pid_namespace *deepest, const pid_t *want, unsigned int nr_want)
{
	struct pid_numbers *p = kzalloc(sizeof(*p) + (size_t)(deepest->level + 1) * sizeof(p->nr[0]), GFP_ATOMIC);
	struct pid_namespace *ns = deepest;
	pid_t nr = nr_want > (unsigned int)deepest->level + 1 ? -EINVAL : -ENOMEM;

	if (!p || deepest->closed || nr == -EINVAL)
		goto free;
	p->ns = deepest;
	for (; ns; ns = ns->parent) {
		unsigned int i = (unsigned int)(deepest->level - ns->level);

		nr = take_number(ns, ns->level ? (void *)p : t, i < nr_want ? &want[i] : NULL);
		if (nr < 0)
			goto undo;
		p->nr[ns->level] = nr;
	}
	p->pid = nr;
	get_ns(&deepest->ns);
	insert(p);
	pidmap_set_deep(&pidmap, p->pid);
	t->pid_ns = deepest;
	t->vpid = p->nr[deepest->level];
	return p->pid;
undo:
	drop_numbers(p, ns->level);
free:
	kfree(p);
	return nr;
}

/*
 * => tasklist_lock held. The pid of @t, born in the name space that its nsproxy names for children; pid, vpid and
 * pid_ns are set. @want: the numbers asked for, from its own name space up.
 */
pid_t pid_attach(struct task_struct *t, const pid_t *want, unsigned int nr_want)
{
	struct pid_namespace *ns = t->nsproxy->pid_for_children;
	pid_t pid;

	if (ns == &init_pid_ns) {
		pid = unlikely(nr_want > 1) ? -EINVAL : unlikely(nr_want) ? take_number(ns, t, want) : pidmap_alloc(&pidmap, t);
		t->vpid = pid;
	} else {
		pid = attach_deep(t, ns, want, nr_want);
	}
	t->pid = pid;
	return pid;
}

void pid_ns_task_gone(const struct pid_namespace *ns)
{
	for (; ns; ns = ns->parent)
		if (ns->zapper)
			wake_up_process(ns->zapper);
}

void pid_ns_new_leader(struct task_struct *t)
{
	if (t->vpid != 1)
		return;
	t->pid_ns->reaper = t;
	t->signal->unkillable = true;
}

/* --- the end of an init ---------------------------------------------------------------------- */

/* All that are in @ns, but @me's process, get SIGKILL. => tasklist_lock held */
static void kill_all(struct pid_namespace *ns, struct task_struct *me)
{
	struct task_struct *t;
	pid_t nr = 0;

	while ((t = next_task_in_ns(ns, &nr)))
		if (is_group_leader(t) && t->signal != me->signal)
			group_send_sig_info(SIGKILL, NULL, t);
}

/* Children that were dead before are waited for; those to come release themselves. => tasklist_lock held */
static void reap_dead_children(struct task_struct *leader)
{
	struct task_struct *c, *n;

	list_for_each_entry_safe(c, n, &leader->children, sibling)
		if (!c->ptrace && process_is_dead(c))
			release_zombie(c);
}

/* No process but @me's is left, its threads on their way out. => tasklist_lock held */
static bool is_alone(struct pid_namespace *ns, const struct task_struct *me)
{
	struct task_struct *t;
	pid_t nr = 0;

	while ((t = next_task_in_ns(ns, &nr)))
		if (t->signal != me->signal)
			return false;
	return true;
}

void zap_pid_ns_processes(struct pid_namespace *ns)
{
	struct task_struct *me = current;
	struct wait_queue_entry wait;   /* for children that do not release themselves: their exit signal is not SIGCHLD */
	bool alone = false;
	unsigned long irq;

	add_wait_queue(&me->signal->wait_chldexit, &wait);
	irq = spin_lock_irqsave(&tasklist_lock);
	ns->closed = true;
	me->sighand->action[SIGCHLD - 1].handler = SIG_IGN_ABI;
	kill_all(ns, me);
	ns->zapper = me;
	spin_unlock_irqrestore(&tasklist_lock, irq);
	while (!alone) {
		set_current_killable();
		irq = spin_lock_irqsave(&tasklist_lock);
		reap_dead_children(me->group_leader);
		alone = is_alone(ns, me);
		spin_unlock_irqrestore(&tasklist_lock, irq);
		if (!alone)
			schedule();
		set_current_running();
	}
	remove_wait_queue(&me->signal->wait_chldexit, &wait);
	irq = spin_lock_irqsave(&tasklist_lock);
	ns->zapper = NULL;
	ns->reaper = NULL;
	spin_unlock_irqrestore(&tasklist_lock, irq);
	if (ns->reboot)
		me->signal->group_exit_code = me->group_leader->exit_code = ns->reboot;
}

long reboot_pid_ns(struct pid_namespace *ns, unsigned int cmd)
{
	switch (cmd) {
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		ns->reboot = SIGHUP;
		break;
	case LINUX_REBOOT_CMD_POWER_OFF:
	case LINUX_REBOOT_CMD_HALT:
		ns->reboot = SIGINT;
		break;
	default:
		return -EINVAL;
	}
	TASKLIST_LOCK(irq);
	if (ns->reaper)
		group_send_sig_info(SIGKILL, NULL, ns->reaper);
	TASKLIST_UNLOCK(irq);
	do_exit(0);
}

/* --- the name space -------------------------------------------------------------------------- */

static void free_pid_ns(struct ns_common *ns)
{
	struct pid_namespace *n = container_of(ns, struct pid_namespace, ns);

	pidmap_destroy(n->map);
	kfree(n->map);
	put_ns(&n->parent->ns);
	kfree(n);
}

static struct ns_common *pid_parent(struct ns_common *ns)
{
	struct pid_namespace *parent = container_of(ns, struct pid_namespace, ns)->parent;

	return parent && ancestor_at(parent, current->pid_ns->level) == current->pid_ns ? &parent->ns : NULL;
}

static int install_pid(struct nsset *set, struct ns_common *ns)
{
	struct pid_namespace *n = container_of(ns, struct pid_namespace, ns);

	if (!nsset_capable(set, ns))
		return -EPERM;
	/* Only down: whoever is in a name space stays visible there. */
	if (n->level < current->pid_ns->level || ancestor_at(n, current->pid_ns->level) != current->pid_ns)
		return -EINVAL;
	get_ns(ns);
	put_ns(&set->proxy->pid_for_children->ns);
	set->proxy->pid_for_children = n;
	return 0;
}

static const struct ns_operations pid_operations = {
	.name = "pid", .type = CLONE_NEWPID, .kind = NS_PID, .free = free_pid_ns, .parent = pid_parent, .install = install_pid,
};

struct pid_namespace init_pid_ns = {
	.ns = { ATOMIC_INIT(1), PROC_PID_INIT_INO, &pid_operations, &init_user_ns, NULL }, .map = &pidmap,
};

struct pid_namespace *copy_pid_ns(struct user_namespace *owner, struct pid_namespace *old)
{
	struct pid_namespace *n;
	int err;

	if (!in_userns(old->ns.user_ns, owner) || old != current->pid_ns)
		return ERR_PTR(-EINVAL);
	if (old->level + 1 > MAX_PID_NS_LEVEL)
		return ERR_PTR(-ENOSPC);
	n = kzalloc(sizeof(*n), GFP_KERNEL);
	if (!n)
		return ERR_PTR(-ENOMEM);
	n->map = kzalloc(sizeof(*n->map), GFP_KERNEL);
	err = n->map ? ns_init(&n->ns, &pid_operations, owner) : -ENOMEM;
	if (err) {
		kfree(n->map);
		kfree(n);
		return ERR_PTR(err);
	}
	n->map->alloc = pidmap.alloc;
	n->map->free = pidmap.free;
	n->level = old->level + 1;
	n->parent = old;
	get_ns(&old->ns);
	pidmap.released = pid_released;
	return n;
}
