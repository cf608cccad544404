/* SPDX-License-Identifier: MIT */
/*
 * Signals that open files send: O_ASYNC, leases, dnotify. Who gets which signal is the file's owner: fcntl(2),
 * F_SETOWN, F_SETOWN_EX, F_SETSIG.
 *
 * While no file in the machine has O_ASYNC, kill_fasync() is one test. Never from interrupts.
 */
#ifndef FS_FASYNC_H
#define FS_FASYNC_H

#include <fs/fs.h>

/* Why: si_code of the signal. */
#define POLL_IN  1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_HUP 6

struct file_owner {
	s32 pid, type;                  /* F_OWNER_*; pid 0: nobody */
	u32 uid, euid;                  /* of who said so */
	int signum;                     /* 0: SIGIO without a siginfo */
	bool async;
	int fd;                         /* through which O_ASYNC was set: si_fd */
	struct file *file;
	struct list_head list;          /* of all with O_ASYNC */
};

extern unsigned int fasync_files;       /* with O_ASYNC, in the machine */
void __kill_fasync(const void *object, int why);
/* All O_ASYNC files whose ->private is @object and that were opened for that direction. */
static inline void kill_fasync(const void *object, int why)
{
	if (unlikely(fasync_files))
		__kill_fasync(object, why);
}

struct file_owner *file_owner(struct file *f);  /* made when there is none; NULL: no memory */
/* The current process becomes the owner, unless the file has one. */
int file_own_current(struct file *f);
void send_sigio(const struct file_owner *o, int fd, int why);
long set_fasync(struct file *f, unsigned int fd, bool on);
long fcntl_owner(struct file *f, unsigned int cmd, unsigned long arg);
void file_owner_free(struct file *f);

/* lease.c. nr_leases: in the machine. */
extern unsigned int nr_leases;
extern int dir_notify_enable;           /* /proc/sys/fs/dir-notify-enable */
extern int lease_break_time;            /* seconds; /proc/sys/fs/lease-break-time */
long fcntl_setlease(struct file *f, unsigned int fd, long type);
long fcntl_getlease(const struct file *f);
void leases_remove_file(struct file *f);
/* Before an open with @flags or a truncation (O_WRONLY): waits until no lease is against it. 0, -EAGAIN, -ERESTARTSYS. */
int __break_lease(struct inode *inode, unsigned int flags);
static inline int break_lease(struct inode *inode, unsigned int flags)
{
	return unlikely(nr_leases) ? __break_lease(inode, flags) : 0;
}

/* dnotify.c */
long fcntl_dirnotify(struct file *f, unsigned int fd, unsigned int arg);
void dnotify_flush(const struct file *f, const void *files);

#endif
