/* SPDX-License-Identifier: MIT */
/* Marks on inodes, and events on their way to them (fs/notify.h). */
#include "internal.h"
#include <fs/notify.h>

unsigned int fsnotify_marks;

void fsnotify_add_mark(struct fsnotify_mark *m, struct inode *inode)
{
	m->inode = ihold(inode);
	m->next = inode->marks;
	inode->marks = m;
	fsnotify_marks++;
}

static void unlink_mark(struct fsnotify_mark *m)
{
	struct fsnotify_mark **p = &m->inode->marks;

	while (*p != m)
		p = &(*p)->next;
	*p = m->next;
	fsnotify_marks--;
}

void fsnotify_remove_mark(struct fsnotify_mark *m)
{
	unlink_mark(m);
	iput(m->inode);
}

static void send(struct inode *inode, const struct fsnotify_event *e)
{
	struct fsnotify_mark *m, *next;

	for (m = inode->marks; m; m = next) {
		next = m->next;
		if (m->mask & e->mask & (IN_ALL_EVENTS | IN_UNMOUNT))
			m->event(m, e);
	}
}

void __fsnotify_inode(struct inode *inode, u32 mask)
{
	struct fsnotify_event e = { .mask = mask | (S_ISDIR(inode->mode) ? IN_ISDIR : 0) };

	send(inode, &e);
}

void __fsnotify_name(struct inode *dir, const char *name, size_t len, bool is_dir, u32 mask, u32 cookie)
{
	struct fsnotify_event e = { mask | (is_dir ? IN_ISDIR : 0), cookie, name, len, false };

	send(dir, &e);
}

void __fsnotify_dentry(const struct dentry *d, u32 mask, bool open)
{
	bool root = d->parent == d;
	struct fsnotify_event e = {
		.mask = mask | (S_ISDIR(d->inode->mode) ? IN_ISDIR : 0),
		.name = d->name, .name_len = d->len, .unlinked = open && !root && !d->hashed,
	};

	if (!root && d->parent->inode->marks)
		send(d->parent->inode, &e);
	e.name = NULL;
	e.name_len = 0;
	send(d->inode, &e);
}

void __fsnotify_inode_gone(struct inode *inode, u32 mask)
{
	struct fsnotify_mark *m;

	ihold(inode);
	__fsnotify_inode(inode, mask);
	while ((m = inode->marks) != NULL) {
		unlink_mark(m);
		m->gone(m);
		iput(inode);
	}
	iput(inode);
}

/* => namespace_lock held */
void fsnotify_unmount(struct super_block *sb)
{
	struct dentry *d = sb->root;

	if (!fsnotify_marks)
		return;
	for (;;) {
		struct rb_node *n = rb_first(&d->children);

		if (d->inode->marks)
			__fsnotify_inode_gone(d->inode, IN_UNMOUNT);
		while (!n && d != sb->root) {
			n = rb_next(&d->node);
			d = d->parent;
		}
		if (!n)
			return;
		d = rb_entry(n, struct dentry, node);
	}
}

u32 fsnotify_new_cookie(void)
{
	static u32 cookie;

	return ++cookie;
}
