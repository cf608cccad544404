// SPDX-License-Identifier: MIT
/*
 * userfaultfd(2), /dev/userfaultfd: the descriptor. Messages are read, requests checked and carried out; who waits
 * is in userfaultfd_wait.c, the areas and their pages in mm/. Order of checks and errors: Linux 6.1.
 */
#include "userfaultfd.h"
#include <fs/poll.h>
#include <mm/mm.h>
#include <proc/seq_file.h>
#include <task/signal.h>

int sysctl_unprivileged_userfaultfd;    /* [A] */

/* ---- messages ---- */

static ssize_t uffd_read(struct file *f, void *buf, size_t n, u64 *pos, copy_fn copy)
{
	struct uffd *u = f->private;
	struct uffd_msg_abi msg;
	size_t done = 0;
	int err = 0;

	if (!u->ctx.features)
		return -EINVAL;
	if (n < sizeof(msg))
		return -EINVAL;
	while (n - done >= sizeof(msg)) {
		err = uffd_take_message(u, &msg);
		if (err == -EAGAIN && !done && !(f->flags & O_NONBLOCK)) {
			err = wait_event_interruptible(u->readers, uffd_has_message(u));
			if (!err)
				continue;
		}
		if (!err && copy((char *)buf + done, &msg, sizeof(msg)))
			err = -EFAULT;
		if (err)
			break;
		done += sizeof(msg);
	}
	return done ? (ssize_t)done : err;
}

/* Only for readers that don't block: another one may take the message. */
static unsigned int uffd_poll(struct file *f, struct poll_table *pt)
{
	struct uffd *u = f->private;

	if (!u->ctx.features)
		return POLLERR;
	poll_wait(pt, &u->readers);
	if (!(f->flags & O_NONBLOCK))
		return POLLERR;
	return uffd_has_message(u) ? POLLIN : 0;
}

static unsigned int list_length(const struct list_head *list)
{
	const struct list_head *l;
	unsigned int n = 0;

	list_for_each(l, list)
		n++;
	return n;
}

static void uffd_fdinfo(struct file *f, struct seq_file *m)
{
	struct uffd *u = f->private;
	unsigned int pending, total;

	spin_lock(&u->lock);
	pending = list_length(&u->faults);
	total = pending + list_length(&u->told);
	spin_unlock(&u->lock);
	seq_printf(m, "pending:\t%u\ntotal:\t%u\nAPI:\t%lx:%x:%lx\n", pending, total, UFFD_API, u->ctx.features,
		   UFFD_API_IOCTLS | UFFD_RANGE_IOCTLS);
}

static void uffd_file_release(struct file *f)
{
	uffd_close(&((struct uffd *)f->private)->ctx);
}

/* ---- requests ---- */

static long uffdio_api(struct uffd *u, void __user *arg)
{
	struct uffdio_api_abi api;
	u32 none = 0;
	long err = 0;
	u64 asked;

	if (copy_from_user(&api, arg, sizeof(api)))
		return -EFAULT;
	asked = api.features;
	if (api.api != UFFD_API || (asked & ~(u64)UFFD_API_FEATURES))
		err = -EINVAL;
	else if ((asked & UFFD_FEATURE_EVENT_FORK) && !capable(CAP_SYS_PTRACE))
		err = -EPERM;
	if (!err) {
		api.features = UFFD_API_FEATURES;
		api.ioctls = UFFD_API_IOCTLS;
		if (copy_to_user(arg, &api, sizeof(api)))
			return -EFAULT;
		if (__atomic_compare_exchange_n(&u->ctx.features, &none, (u32)asked | UFFD_INITIALIZED, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return 0;
		err = -EINVAL;
	}
	return clear_user(arg, sizeof(api)) ? -EFAULT : err;
}

static long uffdio_register(struct uffd *u, struct uffdio_register_abi __user *arg)
{
	struct uffdio_register_abi r;
	u64 ioctls = UFFD_RANGE_IOCTLS;
	long err;

	if (copy_from_user(&r, arg, offsetof(struct uffdio_register_abi, ioctls)))
		return -EFAULT;
	if (!r.mode || (r.mode & ~(u64)(UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP | UFFDIO_REGISTER_MODE_MINOR)))
		return -EINVAL;
	err = uffd_check_range(u->ctx.mm, r.range.start, r.range.len);
	if (err)
		return err;
	if (!mmget_not_zero(u->ctx.mm))
		return -ENOMEM;
	err = uffd_register(&u->ctx, r.range.start, r.range.len, (r.mode & UFFDIO_REGISTER_MODE_MISSING ? VM_UFFD_MISSING : 0) |
			    (r.mode & UFFDIO_REGISTER_MODE_WP ? VM_UFFD_WP : 0) | (r.mode & UFFDIO_REGISTER_MODE_MINOR ? VM_UFFD_MINOR : 0));
	put_task_mm(u->ctx.mm);
	if (err)
		return err;
	if (!(r.mode & UFFDIO_REGISTER_MODE_WP))
		ioctls &= ~UFFD_IOCTL_WRITEPROTECT;
	if (!(r.mode & UFFDIO_REGISTER_MODE_MINOR))
		ioctls &= ~UFFD_IOCTL_CONTINUE;
	return put_user_u64(ioctls, &arg->ioctls);
}

static long uffdio_unregister(struct uffd *u, void __user *arg)
{
	struct uffdio_range_abi r;
	long err;

	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	err = uffd_check_range(u->ctx.mm, r.start, r.len);
	if (err)
		return err;
	if (!mmget_not_zero(u->ctx.mm))
		return -ENOMEM;
	err = uffd_unregister(&u->ctx, r.start, r.len);
	put_task_mm(u->ctx.mm);
	return err;
}

static long uffdio_wake(struct uffd *u, void __user *arg)
{
	struct uffdio_range_abi r;
	long err;

	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	err = uffd_check_range(u->ctx.mm, r.start, r.len);
	if (!err)
		uffd_wake(&u->ctx, r.start, r.len);
	return err;
}

/* The caller's page at @src. NULL: no memory; ERR_PTR(-EFAULT). May sleep. */
static struct page *copied_page(const void __user *src)
{
	struct page *p = alloc_page(GFP_HIGHUSER);
	size_t left;

	if (!p)
		return ERR_PTR(-ENOMEM);
	left = copy_from_user(kmap(p), src, PAGE_SIZE);
	kunmap(p);
	if (!left)
		return p;
	put_page(p);
	return ERR_PTR(-EFAULT);
}

/* Page by page. Bytes, or -errno when there was none. */
static long fill(const struct uffd_fill *f, unsigned long src)
{
	unsigned long done;
	int err = uffd_fill_check(f);

	for (done = 0; !err && done < f->len; done += PAGE_SIZE) {
		struct page *p = NULL;

		if (done && fatal_signal_pending()) {
			err = -EINTR;
			break;
		}
		if (f->kind == UFFD_COPY) {
			p = copied_page((const void __user *)(src + done));
			if (IS_ERR(p)) {
				err = PTR_ERR(p);
				break;
			}
		}
		err = uffd_fill_page(f, f->start + done, &p);
		if (p)
			put_page(p);
		if (err)
			break;
	}
	return done ? (long)done : err;
}

/* What COPY, ZEROPAGE and CONTINUE have in common. @result: the last field of the request. */
static long fill_and_wake(struct uffd *u, struct uffd_fill *f, unsigned long src, bool wake, s64 __user *result)
{
	long done;

	f->ctx = &u->ctx;
	if (!mmget_not_zero(u->ctx.mm))
		return -ESRCH;
	done = fill(f, src);
	put_task_mm(u->ctx.mm);
	if (put_user_u64(done, (u64 __user *)result))
		return -EFAULT;
	if (done < 0)
		return done;
	if (wake)
		uffd_wake(&u->ctx, f->start, done);
	return (unsigned long)done == f->len ? 0 : -EAGAIN;
}

static long uffdio_copy(struct uffd *u, struct uffdio_copy_abi __user *arg)
{
	struct uffdio_copy_abi c;
	struct uffd_fill f = { .kind = UFFD_COPY };
	long err;

	if (atomic_read(&u->ctx.changing))
		return put_user_u64(-EAGAIN, (u64 __user *)&arg->copy) ? -EFAULT : -EAGAIN;
	if (copy_from_user(&c, arg, offsetof(struct uffdio_copy_abi, copy)))
		return -EFAULT;
	err = uffd_check_range(u->ctx.mm, c.dst, c.len);
	if (err)
		return err;
	if (c.src + c.len <= c.src || (c.mode & ~(u64)(UFFDIO_MODE_DONTWAKE | UFFDIO_COPY_MODE_WP)))
		return -EINVAL;
	f.start = c.dst;
	f.len = c.len;
	f.wp = c.mode & UFFDIO_COPY_MODE_WP;
	return fill_and_wake(u, &f, c.src, !(c.mode & UFFDIO_MODE_DONTWAKE), &arg->copy);
}

static long uffdio_fill(struct uffd *u, struct uffdio_fill_abi __user *arg, enum uffd_fill_kind kind)
{
	struct uffdio_fill_abi z;
	struct uffd_fill f = { .kind = kind };
	long err;

	if (atomic_read(&u->ctx.changing))
		return put_user_u64(-EAGAIN, (u64 __user *)&arg->done) ? -EFAULT : -EAGAIN;
	if (copy_from_user(&z, arg, offsetof(struct uffdio_fill_abi, done)))
		return -EFAULT;
	err = uffd_check_range(u->ctx.mm, z.range.start, z.range.len);
	if (err)
		return err;
	if (z.mode & ~(u64)UFFDIO_MODE_DONTWAKE)
		return -EINVAL;
	f.start = z.range.start;
	f.len = z.range.len;
	return fill_and_wake(u, &f, 0, !(z.mode & UFFDIO_MODE_DONTWAKE), &arg->done);
}

static long uffdio_writeprotect(struct uffd *u, void __user *arg)
{
	struct { struct uffdio_range_abi range; u64 mode; } w;
	bool protect, quiet;
	long err;

	if (atomic_read(&u->ctx.changing))
		return -EAGAIN;
	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	err = uffd_check_range(u->ctx.mm, w.range.start, w.range.len);
	if (err)
		return err;
	protect = w.mode & UFFDIO_WRITEPROTECT_MODE_WP;
	quiet = w.mode & UFFDIO_WRITEPROTECT_MODE_DONTWAKE;
	if ((w.mode & ~(u64)(UFFDIO_WRITEPROTECT_MODE_WP | UFFDIO_WRITEPROTECT_MODE_DONTWAKE)) || (protect && quiet))
		return -EINVAL;
	if (!mmget_not_zero(u->ctx.mm))
		return -ESRCH;
	err = uffd_writeprotect(&u->ctx, w.range.start, w.range.len, protect);
	put_task_mm(u->ctx.mm);
	if (!err && !protect && !quiet)
		uffd_wake(&u->ctx, w.range.start, w.range.len);
	return err;
}

static long uffd_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct uffd *u = f->private;
	void __user *p = (void __user *)arg;

	if (cmd == UFFDIO_API)
		return uffdio_api(u, p);
	if (!u->ctx.features)
		return -EINVAL;
	switch (cmd) {
	case UFFDIO_REGISTER: return uffdio_register(u, p);
	case UFFDIO_UNREGISTER: return uffdio_unregister(u, p);
	case UFFDIO_WAKE: return uffdio_wake(u, p);
	case UFFDIO_COPY: return uffdio_copy(u, p);
	case UFFDIO_ZEROPAGE: return uffdio_fill(u, p, UFFD_ZEROPAGE);
	case UFFDIO_CONTINUE: return uffdio_fill(u, p, UFFD_CONTINUE);
	case UFFDIO_WRITEPROTECT: return uffdio_writeprotect(u, p);
	default: return -EINVAL;
	}
}

/* ---- the descriptor ---- */

static const struct file_operations uffd_fops = {
	.read = uffd_read, .llseek = noop_llseek, .poll = uffd_poll, .ioctl = uffd_ioctl, .release = uffd_file_release, .fdinfo = uffd_fdinfo,
};

int uffd_new_fd(struct uffd *u)
{
	int fd = get_unused_fd(0, u->ctx.flags & O_CLOEXEC);
	struct file *f;

	if (fd < 0)
		return fd;
	f = anon_file(0600, "anon_inode:[userfaultfd]", &uffd_fops, u, O_RDONLY | (u->ctx.flags & O_NONBLOCK));
	if (!f) {
		put_unused_fd(fd);
		return -ENOMEM;
	}
	fd_install(fd, f);
	return fd;
}

static long new_userfaultfd(unsigned int flags)
{
	struct uffd *u;
	int fd;

	if (flags & ~(unsigned int)(UFFD_USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	u = uffd_alloc(current->mm, flags);
	if (!u)
		return -ENOMEM;
	fd = uffd_new_fd(u);
	if (fd < 0)
		uffd_put(&u->ctx);
	return fd;
}

SYSCALL(userfaultfd)
{
	if (!(a0 & UFFD_USER_MODE_ONLY) && !sysctl_unprivileged_userfaultfd && !capable(CAP_SYS_PTRACE))
		return -EPERM;
	return new_userfaultfd(a0);
}

/* Who may open the device may have the kernel's faults, too. */
static long dev_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	return cmd == USERFAULTFD_IOC_NEW ? new_userfaultfd(arg) : -EINVAL;
}

static const struct file_operations dev_fops = { .llseek = noop_llseek, .ioctl = dev_ioctl };

void userfaultfd_init(void)
{
	static struct chrdev dev = { .major = 10, .minor = 126, .nr = 1, .fop = &dev_fops };

	uffd_hooks_init();
	chrdev_register(&dev);
	devtmpfs_node("userfaultfd", 0600, MKDEV(10, 126));
}
