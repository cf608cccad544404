/* SPDX-License-Identifier: MIT */
/* dnotify (fcntl(2), F_NOTIFY): a signal when something happens in a directory. A mark (fs/notify.h) for each open that asked. */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>

#define DN_ACCESS    0x00000001u
#define DN_MODIFY    0x00000002u
#define DN_CREATE    0x00000004u
#define DN_DELETE    0x00000008u
#define DN_RENAME    0x00000010u
#define DN_ATTRIB    0x00000020u
#define DN_MULTISHOT 0x80000000u

int dir_notify_enable = 1;

struct dnotify {
	struct fsnotify_mark mark;
	struct file *file;
	const void *files;              /* the descriptor table: any close of it ends the mark */
	int fd;
	bool once;
};

static void gone(struct fsnotify_mark *m)
{
	kfree(container_of(m, struct dnotify, mark));
}

static void event(struct fsnotify_mark *m, const struct fsnotify_event *e)
{
	struct dnotify *dn = container_of(m, struct dnotify, mark);

	send_sigio(dn->file->owner, dn->fd, POLL_MSG);
	if (dn->once) {
		fsnotify_remove_mark(m);
		kfree(dn);
	}
}

static u32 events_of(u32 arg)
{
	return ((arg & DN_ACCESS) ? IN_ACCESS : 0) | ((arg & DN_MODIFY) ? IN_MODIFY : 0) | ((arg & DN_CREATE) ? IN_CREATE | IN_MOVED_TO : 0) |
	       ((arg & DN_DELETE) ? IN_DELETE | IN_MOVED_FROM : 0) | ((arg & DN_RENAME) ? IN_MOVED_FROM : 0) |
	       ((arg & DN_ATTRIB) ? IN_ATTRIB : 0);
}

static struct dnotify *find(const struct file *f, const void *files)
{
	for (struct fsnotify_mark *m = f->inode->marks; m; m = m->next) {
		struct dnotify *dn = container_of(m, struct dnotify, mark);

		if (m->event == event && dn->file == f && dn->files == files)
			return dn;
	}
	return NULL;
}

void dnotify_flush(const struct file *f, const void *files)
{
	struct dnotify *dn = find(f, files);

	if (dn) {
		fsnotify_remove_mark(&dn->mark);
		kfree(dn);
	}
}

long fcntl_dirnotify(struct file *f, unsigned int fd, unsigned int arg)
{
	struct dnotify *dn;

	if (!dir_notify_enable)
		return -EINVAL;
	if (!S_ISDIR(f->inode->mode))
		return -ENOTDIR;
	if (!(arg & ~DN_MULTISHOT)) {
		dnotify_flush(f, current->files);
		return 0;
	}
	dn = find(f, current->files);
	if (dn) {
		dn->mark.mask |= events_of(arg);
		dn->once = dn->once && !(arg & DN_MULTISHOT);
		return 0;
	}
	dn = kzalloc(sizeof(*dn), GFP_KERNEL);
	if (!dn || file_own_current(f)) {
		kfree(dn);
		return -ENOMEM;
	}
	dn->file = f;
	dn->files = current->files;
	dn->fd = fd;
	dn->once = !(arg & DN_MULTISHOT);
	dn->mark.mask = events_of(arg);
	dn->mark.event = event;
	dn->mark.gone = gone;
	fsnotify_add_mark(&dn->mark, f->inode);
	return 0;
}
