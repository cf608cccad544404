/* SPDX-License-Identifier: MIT */
/*
 * Time name spaces, time_namespaces(7): what CLOCK_MONOTONIC and CLOCK_BOOTTIME begin with. unshare(2) makes one for the
 * children; its offsets are set by /proc/PID/timens_offsets until the first task is in it. A task with offsets has a
 * data page below its vDSO that sends it to the system calls (task/vdso.c); others pay nothing.
 */
#ifndef NS_TIME_NS_H
#define NS_TIME_NS_H

#include <ns/ns_common.h>
#include <task/task.h>

struct time_namespace {
	struct ns_common ns;
	s64 monotonic, boottime;        /* ns to add; [I] once frozen */
	bool frozen;                    /* a task is, or was, in it */
};
extern struct time_namespace init_time_ns;

struct nsproxy;
struct seq_file;
struct time_namespace *copy_time_ns(struct user_namespace *owner, const struct time_namespace *old); /* ERR_PTR */
/* @p, which nobody else has, goes to where its children are meant to be; @t is its task, with its address space. 0 or -ENOMEM */
int time_ns_enter(struct nsproxy *p, struct task_struct *t) __attribute__((warn_unused_result));
int timens_offsets_show(struct seq_file *m, struct task_struct *t);
ssize_t timens_offsets_write(struct task_struct *t, const char *buf, size_t n);

/* What the current task's CLOCK_MONOTONIC, CLOCK_BOOTTIME are ahead of the machine's, ns. */
s64 __timens_monotonic(void);
s64 __timens_boottime(void);
static inline s64 timens_monotonic(void) { return likely(!current->timens) ? 0 : __timens_monotonic(); }
static inline s64 timens_boottime(void) { return likely(!current->timens) ? 0 : __timens_boottime(); }
/* A time of such a clock as the machine's, ns; not below 0. */
static inline u64 timens_to_host(u64 ns, s64 offset)
{
	return likely(!offset) ? ns : (s64)ns > offset ? ns - (u64)offset : 0;
}

#endif
