/* SPDX-License-Identifier: MIT */
/* /proc/PID/map_files: a link START-END for each mapping of a file, proc(5). Of one process, not of its threads. */
#include <mm/mm.h>
#include "proc_pid.h"

static u64 map_ino(pid_t pid, unsigned long start) { return pid_ino(pid, 68) + (start >> PAGE_SHIFT); }

/* The file mapped at exactly [start, end), with a reference; @end 0: whatever its end is. */
static struct file *mapped_file(struct task_struct *t, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = pid_mm(t);
	struct file *f = NULL;
	struct vm_area_struct *vma;

	if (!mm)
		return NULL;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, start);
	if (vma && vma->vm_start == start && (!end || vma->vm_end == end) && vma->vm_file)
		f = get_file(vma->vm_file);
	up_read(&mm->mmap_lock);
	put_task_mm(mm);
	return f;
}

static int map_jump(struct inode *inode, struct path *to)
{
	struct task_struct *t = pid_inode_task(inode);
	struct file *f;

	if (!t || !ptrace_may_access(t))
		return t ? -EACCES : -ENOENT;
	f = mapped_file(t, (unsigned long)inode->private, 0);
	if (!f)
		return -ENOENT;
	*to = path_get(f->path);
	fput(f);
	return 0;
}

static const char *map_get_link(struct inode *inode, char *buf, size_t size)
{
	return pid_jump_text(inode, map_jump, buf, size);
}

static const struct inode_operations map_link_op = { .jump = map_jump, .get_link = map_get_link };

/* Lower-case hexadecimal as %lx writes it, up to @stop: no zeros in front, nothing else. NULL: it is not. */
static const char *parse_hex(const char *p, const char *end, unsigned long *out)
{
	unsigned long v = 0;
	const char *from = p;

	for (; p < end && p - from < 16; p++) {
		if (*p >= '0' && *p <= '9')
			v = v << 4 | (unsigned long)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			v = v << 4 | (unsigned long)(*p - 'a' + 10);
		else
			break;
	}
	*out = v;
	return p == from || (*from == '0' && p - from > 1) ? NULL : p;
}

static struct dentry *map_lookup(struct dentry *dir, const char *name, size_t len)
{
	struct task_struct *t = pid_inode_task(dir->inode);
	const char *stop = name + len, *p;
	unsigned long start, end;
	struct file *f;
	u32 mode;

	p = parse_hex(name, stop, &start);
	if (!t || !p || p == stop || *p != '-' || parse_hex(p + 1, stop, &end) != stop || !end)
		return ERR_PTR(-ENOENT);
	if (!ptrace_may_access(t))
		return ERR_PTR(-EACCES);
	f = mapped_file(t, start, end);
	if (!f)
		return ERR_PTR(-ENOENT);
	mode = S_IFLNK | ((f->mode & FMODE_READ) ? 0400 : 0) | ((f->mode & FMODE_WRITE) ? 0200 : 0);
	fput(f);
	return pid_make(dir, name, len, mode, map_ino(t->pid, start), who_is(t), &map_link_op, NULL, (void *)start);
}

/* The first file mapping that begins at @addr or above. */
static bool next_mapping(struct mm_struct *mm, unsigned long addr, unsigned long *start, unsigned long *end)
{
	struct vm_area_struct *vma;

	down_read(&mm->mmap_lock);
	for (vma = find_vma(mm, addr); vma && (!vma->vm_file || vma->vm_start < addr); vma = vma->vm_next)
		;
	if (vma) {
		*start = vma->vm_start;
		*end = vma->vm_end;
	}
	up_read(&mm->mmap_lock);
	return vma;
}

/* A position is the page number of a mapping's start + 2: it survives mappings that come and go. */
static int map_iterate(struct file *f, filldir_fn fill, void *arg)
{
	struct task_struct *t = pid_inode_task(f->inode);
	unsigned long addr, end;
	struct mm_struct *mm;
	char name[40];

	if (!t)
		return -ENOENT;
	if (!ptrace_may_access(t))
		return -EACCES;
	if (pid_dots(f, fill, arg))
		return 0;
	mm = pid_mm(t);
	if (!mm)
		return 0;
	for (addr = (max(f->pos, 2UL) - 2) << PAGE_SHIFT; next_mapping(mm, addr, &addr, &end); addr += PAGE_SIZE)
		if (!fill(arg, name, scnprintf(name, sizeof(name), "%lx-%lx", addr, end), (addr >> PAGE_SHIFT) + 3,
			  map_ino(inode_pid(f->inode), addr), S_IFLNK))
			break;
	put_task_mm(mm);
	return 0;
}

static int map_open(struct inode *inode, struct file *f)
{
	struct task_struct *t = pid_inode_task(inode);

	if (!t)
		return -ESRCH;
	return ptrace_may_access(t) ? 0 : -EACCES;
}

const struct inode_operations map_files_op = { .lookup = map_lookup, .getattr = pid_getattr };
const struct file_operations map_files_fops = { .open = map_open, .iterate = map_iterate, .llseek = generic_llseek };
