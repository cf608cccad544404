/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mem: a process's memory by address, for debuggers: what the mappings forbid is read and written too, a
 * write into a private mapping going to a copy. The file is the address space that was there when it was opened: who
 * holds it open over an exec of a set-id program has nothing of the new one.
 */
#include "proc_pid.h"
#include <mm/mm.h>
#include <mm/page_alloc.h>

static int mem_open(struct inode *inode, struct file *f)
{
	struct task_struct *t = pid_inode_task(inode);

	if (!t)
		return -ESRCH;
	if (!ptrace_may_access(t))
		return -EACCES;
	f->private = t->mm;
	if (t->mm)
		atomic_inc(&t->mm->mm_count);
	return 0;
}

static void mem_release(struct file *f)
{
	if (f->private)
		mmdrop(f->private);
}

/* The memory is still somebody's: referenced. */
static struct mm_struct *live_mm(struct file *f)
{
	struct mm_struct *mm = f->private;

	return mm && mmget_not_zero(mm) ? mm : NULL;
}

/* Through one page, as far as it goes; -EIO when that is nowhere. */
static ssize_t mem_rw(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy, bool write)
{
	struct mm_struct *mm = live_mm(f);
	char *page = mm ? get_free_pages(GFP_KERNEL, 0) : NULL;
	ssize_t ret = 0;
	size_t done = 0;

	if (mm && !page)
		ret = -ENOMEM;
	while (page && done < n && !ret) {
		size_t chunk = min(n - done, PAGE_SIZE), got;

		if (write && copy(page, (char *)buf + done, chunk)) {
			ret = -EFAULT;
			break;
		}
		got = access_mm(mm, *pos, page, chunk, FAULT_FORCE | (write ? FAULT_WRITE : 0));
		if (!write && copy((char *)buf + done, page, got)) {
			ret = -EFAULT;
			break;
		}
		done += got;
		*pos += got;
		if (got < chunk)
			ret = -EIO;
		else if (signal_pending())
			ret = -EINTR;
	}
	if (page)
		free_pages_addr(page, 0);
	if (mm)
		put_task_mm(mm);
	return done ? (ssize_t)done : ret;
}

static ssize_t mem_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return mem_rw(f, buf, n, pos, copy, false);
}

static ssize_t mem_write(struct file *f, const void *buf, size_t n, u64 *pos, copy_fn copy)
{
	return mem_rw(f, (void *)buf, n, pos, copy, true);
}

const struct file_operations proc_pid_mem_fops = {
	.open = mem_open, .read = mem_read, .write = mem_write, .llseek = text_llseek, .release = mem_release,
};
