// SPDX-License-Identifier: MIT
/*
 * Files whose text is made when they are read: whole, by a show function, when they are read from their start, so that
 * what is read in pieces belongs together. And what is written to them: one write() is one string.
 */
#include <mm/vmalloc.h>
#include "internal.h"

#define TEXT_MAX (256UL << 20)

struct text_buffer { struct seq_file m; bool vmalloced; };

static void text_free(struct text_buffer *t)
{
	if (t->vmalloced)
		vfree(t->m.buf);
	else
		kfree(t->m.buf);
	t->m.buf = NULL;
}

static int text_alloc(struct text_buffer *t, size_t size)
{
	t->vmalloced = size > (1UL << 20);
	t->m.buf = t->vmalloced ? vmalloc(size) : kmalloc(size, GFP_KERNEL);
	t->m.size = size;
	t->m.count = 0;
	t->m.overflow = false;
	return t->m.buf ? 0 : -ENOMEM;
}

/* Calls show() with growing buffers until all fits. */
static int text_make(struct text_buffer *t, struct file *f, text_show_fn show)
{
	size_t size = t->m.buf ? t->m.size : PAGE_SIZE;
	int err;

	for (;; size *= 2) {
		if (t->m.buf && t->m.size == size) {
			t->m.count = 0;
			t->m.overflow = false;
		} else {
			text_free(t);
			if (size > TEXT_MAX)
				return -ENOMEM;
			err = text_alloc(t, size);
			if (err)
				return err;
		}
		t->m.pid_ns = f->inode->sb->private;
		err = show(f, &t->m);
		if (err || !t->m.overflow)
			return err;
	}
}

ssize_t text_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy, text_show_fn show)
{
	struct text_buffer *t;
	ssize_t ret = 0;

	/* The copy may sleep: no other reader of this open may make the text anew meanwhile. */
	mutex_lock(&f->inode->lock);
	t = f->private;
	if (!t)
		t = f->private = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t) {
		ret = -ENOMEM;
	} else if (*pos == 0 || !t->m.buf) {
		ret = text_make(t, f, show);
		if (ret)
			text_free(t);
	}
	if (!ret)
		ret = simple_read(buf, n, pos, copy, t->m.buf, t->m.count);
	mutex_unlock(&f->inode->lock);
	return ret;
}

void text_release(struct file *f)
{
	if (f->private) {
		text_free(f->private);
		kfree(f->private);
	}
}

/* Sizes of generated files are not known: only absolute and relative moves. */
loff_t text_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (off < 0)
		return -EINVAL;
	return f->pos = off;
}

/* One write() as a NUL-terminated kernel string. */
ssize_t text_write(const void *buf, size_t n, copy_fn copy, proc_write_fn fn, void *arg)
{
	char small[64], *p = small;
	ssize_t ret;

	if (n >= PAGE_SIZE)
		return -EINVAL;
	if (n >= sizeof(small)) {
		p = kmalloc(n + 1, GFP_KERNEL);
		if (!p)
			return -ENOMEM;
	}
	if (copy(p, buf, n)) {
		ret = -EFAULT;
	} else {
		p[n] = '\0';
		ret = fn(p, n, arg);
	}
	if (p != small)
		kfree(p);
	return ret;
}

/* Binary files, through one page. */
ssize_t raw_read(void *buf, size_t n, u64 *pos, copy_fn copy, proc_read_fn read, void *arg)
{
	char *page = get_free_pages(GFP_KERNEL, 0);
	size_t done = 0;
	ssize_t ret = 0;

	if (!page)
		return -ENOMEM;
	while (done < n) {
		size_t left;

		ret = read(page, min(n - done, PAGE_SIZE), *pos, arg);
		if (ret <= 0)
			break;
		left = copy((char *)buf + done, page, ret);
		done += ret - left;
		*pos += ret - left;
		ret = left ? -EFAULT : signal_pending() ? -EINTR : 0;
		if (ret)
			break;
	}
	free_pages_addr(page, 0);
	return done ? (ssize_t)done : ret;
}
