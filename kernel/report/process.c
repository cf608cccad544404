// SPDX-License-Identifier: MIT
/*
 * Pages: each process with its segments, as the document draws an address space: code, data, heap,
 * mappings, stack; where each ends, what of it is really in memory.
 */
#include "internal.h"
#include <fs/fs.h>
#include <lib/rwsem.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/procmem.h>
#include <task/task.h>

const char *segment_word(const struct mm_struct *mm, const struct vm_area_struct *v)
{
	if (v->vm_start <= mm->brk && v->vm_end >= mm->start_brk && mm->brk > mm->start_brk && !v->vm_file)
		return "heap";
	if (v->vm_start <= mm->start_stack && v->vm_end >= mm->start_stack)
		return "stack";
	if (v->vm_flags & VM_EXEC)
		return v->vm_file ? "code" : "mmap";
	if (v->vm_flags & VM_WRITE && v->vm_end <= mm->start_brk)
		return v->vm_file ? "data" : "bss";
	return v->vm_file && !(v->vm_flags & VM_WRITE) ? "rodata" : "mmap";
}

static const char *segment_colour(const struct vm_area_struct *v)
{
	if (v->vm_flags & VM_EXEC)
		return v->vm_flags & VM_WRITE ? C_BAD : C_KERNEL;
	return v->vm_flags & VM_WRITE ? C_USER : C_END;
}

const char *vma_name(const struct mm_struct *mm, struct vm_area_struct *v, char *buf, size_t size)
{
	const char *name = vma_special_name(mm, v);

	if (name)
		return name;
	if (!v->vm_file)
		return "";
	name = file_path(v->vm_file, buf, size);
	return name ? name : "?";
}

static void segment_line(struct rpt *r, struct mm_struct *mm, struct vm_area_struct *v)
{
	struct vma_usage u = { 0 };
	char size[SIZE_TEXT], rss[SIZE_TEXT], path[128];

	vma_usage_add(mm, v, &u);
	rpt(r, "    %012lx-%012lx %s %s%c%c%c%c %-6s" C_END " %s ", v->vm_start, v->vm_end, size_text(v->vm_end - v->vm_start, size),
	    segment_colour(v), v->vm_flags & VM_READ ? 'r' : '-', v->vm_flags & VM_WRITE ? 'w' : '-', v->vm_flags & VM_EXEC ? 'x' : '-',
	    v->vm_flags & VM_SHARED ? 's' : 'p', segment_word(mm, v), size_text(u.rss, rss));
	if (r->cols > 100)
		rpt_bar(r, u.rss, v->vm_end - v->vm_start, r->cols - 100, segment_colour(v));
	rpt(r, " %.24s\n", vma_name(mm, v, path, sizeof(path)));
}

static void process_head(struct rpt *r, const struct task_struct *t, const struct mm_struct *mm)
{
	char mapped[SIZE_TEXT], rss[SIZE_TEXT], tables[SIZE_TEXT];

	rpt(r, "  " C_HEAD "%5d  %s" C_END "  %s mapped, " C_USER "%s" C_END " in memory, %s of page tables\n", t->pid, t->comm,
	    size_word(mm->total_vm << PAGE_SHIFT, mapped), size_word(mm_rss(mm) << PAGE_SHIFT, rss),
	    size_word((u64)mm->nr_ptes << PAGE_SHIFT, tables));
	rpt(r, C_DIM "         code %lx-%lx  data %lx-%lx\n", mm->start_code, mm->end_code, mm->start_data, mm->end_data);
	rpt(r, "         brk %lx-%lx  mmap below %lx\n", mm->start_brk, mm->brk, mm->mmap_base);
	rpt(r, "         stack %lx  args %lx-%lx  pgd at %llx" C_END "\n", mm->start_stack, mm->arg_start, mm->arg_end,
	    (unsigned long long)mm->pgd);
}

static void one_process(struct rpt *r, struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	rpt_section(r, "Processes and their segments");
	process_head(r, t, mm);
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *v = mm->mmap; v; v = v->vm_next)
		segment_line(r, mm, v);
	up_read(&mm->mmap_lock);
}

void page_processes(struct rpt *r)
{
	struct task_struct *t;

	for (pid_t pid = 0; (t = next_task_after(pid)); pid = t->pid) {
		if (!t->mm)
			continue;
		one_process(r, t);
	}
}
