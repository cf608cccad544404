/* SPDX-License-Identifier: MIT */
/*
 * PID name spaces, pid_namespaces(7). Inside the kernel every task, group and session is known by its number in the
 * initial name space ("pid"); one that was born in another has a number in each from there to its own ("nr"), which
 * ring 3 gives and gets. Who is not seen in a name space has number 0 there.
 */
#ifndef NS_PID_NS_H
#define NS_PID_NS_H

#include <lib/compiler.h>
#include <ns/ns_common.h>
#include <task/task.h>

#define MAX_PID_NS_LEVEL 32

struct pidmap;
struct pid_namespace {
	struct ns_common ns;
	struct pid_namespace *parent;   /* [I] referenced; NULL: the initial one */
	int level;                      /* [I] 0: the initial one */
	struct pidmap *map;             /* [T] of numbers to struct pid_numbers; of the initial one to tasks */
	struct task_struct *reaper;     /* [T] leader of its init, number 1; NULL: not yet, or gone */
	struct task_struct *zapper;     /* [T] the end of init waits for all others to go */
	bool closed;                    /* [T] init has died: nobody is born in it any more */
	int reboot;                     /* signal that init's parent shall see: reboot(2) in it; 0: none */
};
extern struct pid_namespace init_pid_ns;

/* Number of @pid in @ns; 0: not seen there. @pid <= 0 stays. */
pid_t __pid_nr_ns(pid_t pid, const struct pid_namespace *ns);
static inline pid_t pid_nr_ns(pid_t pid, const struct pid_namespace *ns) { return likely(ns == &init_pid_ns) ? pid : __pid_nr_ns(pid, ns); }
/* Who has number @nr in @ns; -1: nobody. @nr <= 0 stays. */
pid_t __pid_of_nr(pid_t nr, const struct pid_namespace *ns);
static inline pid_t pid_of_nr(pid_t nr, const struct pid_namespace *ns) { return likely(ns == &init_pid_ns) ? nr : __pid_of_nr(nr, ns); }
/* The same in the current task's. */
static inline pid_t pid_vnr(pid_t pid) { return pid_nr_ns(pid, current->pid_ns); }
static inline pid_t pid_of_vnr(pid_t nr) { return pid_of_nr(nr, current->pid_ns); }
static inline struct task_struct *find_task_by_vpid(pid_t nr) { return find_task_by_pid(pid_of_vnr(nr)); }

/* The lowest number > @nr in @ns that names a task, in *@nr; its task. NULL: none. */
struct task_struct *next_task_in_ns(const struct pid_namespace *ns, pid_t *nr);
/* Numbers of @pid from @ns down to its own, each after a tab: "\t5\t1". */
struct seq_file;
void pid_show_numbers(struct seq_file *m, pid_t pid, const struct pid_namespace *ns);
pid_t pid_ns_last(const struct pid_namespace *ns);      /* the number given last */

struct pid_namespace *copy_pid_ns(struct user_namespace *owner, struct pid_namespace *old); /* ERR_PTR */
/* reboot(2) from inside: its init dies, and seems to have died by a signal. 0 or -EINVAL */
long reboot_pid_ns(struct pid_namespace *ns, unsigned int cmd);

#endif
