/* SPDX-License-Identifier: MIT */
/*
 * Out of memory: the largest process dies, with a line that says why. Points as in Linux: resident pages and
 * page tables, plus oom_score_adj thousandths of all memory; -1000 is never chosen.
 */
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include "internal.h"

static long points_of(struct task_struct *leader, u64 total)
{
	struct task_struct *t;
	long adj = leader->signal->oom_score_adj;

	if (leader->pid == 1 || (leader->flags & PF_KTHREAD) || adj == -1000)
		return -1;
	list_for_each_entry(t, &leader->signal->threads, thread_node)
		if (t->mm)
			return (long)mm_rss(t->mm) + (long)t->mm->nr_ptes + adj * (long)total / 1000;
	return -1;
}

long oom_score(struct task_struct *leader)
{
	u64 total = totalram_pages();
	long p = points_of(leader, total);

	if (leader->signal->oom_score_adj == -1000)
		return 0;
	return p > 0 ? p * 1000 / (long)total : 0;
}

/* Somebody was told to die and is not gone yet: its memory will come. */
static bool victim_is_dying(struct task_struct *leader)
{
	struct task_struct *t;

	if (!(leader->flags & PF_OOM_VICTIM))
		return false;
	list_for_each_entry(t, &leader->signal->threads, thread_node)
		if (t->mm)
			return true;
	return false;
}

bool out_of_memory(const char *why)
{
	struct signal_struct *s;
	struct task_struct *victim = NULL;
	u64 total = totalram_pages();
	long worst = -1;
	TASKLIST_LOCK(irq);

	list_for_each_entry(s, &all_processes, all_node) {
		long p;

		if (victim_is_dying(s->leader)) {
			TASKLIST_UNLOCK(irq);
			return true;
		}
		p = points_of(s->leader, total);
		if (p > worst) {
			worst = p;
			victim = s->leader;
		}
	}
	if (victim) {
		struct mm_struct *mm = victim->mm;

		pr_err("Out of memory (%s; asked by %s[%d], %lu of %lu KiB free): killed process %d (%s), the largest: "
		       "anon %lu KiB, file %lu KiB, shmem %lu KiB, page tables %lu KiB, oom_score_adj %ld\n",
		       why, current->comm, current->pid, (unsigned long)nr_free_pages() * 4, (unsigned long)total * 4,
		       victim->pid, victim->comm, mm ? (unsigned long)mm->rss_anon * 4 : 0,
		       mm ? (unsigned long)mm->rss_file * 4 : 0, mm ? (unsigned long)mm->rss_shmem * 4 : 0,
		       mm ? (unsigned long)mm->nr_ptes * 4 : 0, victim->signal->oom_score_adj);
		victim->flags |= PF_OOM_VICTIM;
		group_send_sig_info(SIGKILL, NULL, victim);
	}
	TASKLIST_UNLOCK(irq);
	return victim;
}
