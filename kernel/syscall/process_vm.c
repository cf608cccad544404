// SPDX-License-Identifier: MIT
/*
 * process_vm_readv(2) and process_vm_writev(2): between the memory of two processes, through a kernel
 * page.
 */
#include <asm/uaccess.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/highmem.h>
#include <ns/pid_ns.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

#define IOV_MAX_NR 1024
#define MAX_RW_COUNT 0x7ffff000UL

struct iovec_abi {
	u64 base, len;
};
static_assert(sizeof(struct iovec_abi) == 16);

/* A place in an iovec array of ring 3: entries are read one by one. */
struct cursor {
	const struct iovec_abi *user;
	unsigned long nr, i;
	u64 addr, left;         /* of the current entry */
};

/* 1: there is more, 0: the end, -EFAULT */
static int cursor_fill(struct cursor *c)
{
	struct iovec_abi iov;

	while (!c->left) {
		if (c->i >= c->nr)
			return 0;
		if (copy_from_user(&iov, &c->user[c->i], sizeof(iov)))
			return -EFAULT;
		c->i++;
		c->addr = iov.base;
		c->left = iov.len;
	}
	return 1;
}

static void cursor_advance(struct cursor *c, size_t n)
{
	c->addr += n;
	c->left -= n;
}

/* The whole local vector must be readable and its lengths positive as ssize_t: -EINVAL, -EFAULT. */
static int check_vector(const struct iovec_abi *user, unsigned long nr)
{
	struct iovec_abi iov;

	if (nr > IOV_MAX_NR)
		return -EINVAL;
	for (unsigned long i = 0; i < nr; i++) {
		if (copy_from_user(&iov, &user[i], sizeof(iov)))
			return -EFAULT;
		if ((s64)iov.len < 0)
			return -EINVAL;
	}
	return 0;
}

/* One piece of at most a page. Bytes moved or -EFAULT. */
static ssize_t copy_piece(struct mm_struct *mm, struct cursor *local, struct cursor *remote, void *buf, bool write)
{
	size_t n = min(min(local->left, remote->left), (u64)(PAGE_SIZE - (remote->addr & ~PAGE_MASK))), done;

	if (!access_ok((void *)local->addr, n))
		return -EFAULT;
	if (write) {
		if (copy_from_user(buf, (void *)local->addr, n))
			return -EFAULT;
		done = access_mm(mm, remote->addr, buf, n, FAULT_WRITE);
	} else {
		done = access_mm(mm, remote->addr, buf, n, 0);
		if (done && copy_to_user((void *)local->addr, buf, done))
			return -EFAULT;
	}
	return done ? (ssize_t)done : -EFAULT;
}

static ssize_t copy_vectors(struct mm_struct *mm, struct cursor *local, struct cursor *remote, bool write)
{
	void *buf = get_free_pages(GFP_KERNEL, 0);
	ssize_t total = 0, n;

	if (!buf)
		return -ENOMEM;
	while ((u64)total < MAX_RW_COUNT) {
		n = cursor_fill(local);
		if (n > 0)
			n = cursor_fill(remote);
		if (n > 0)
			n = copy_piece(mm, local, remote, buf, write);
		if (n <= 0) {
			if (n < 0 && !total)
				total = n;
			break;
		}
		cursor_advance(local, n);
		cursor_advance(remote, n);
		total += n;
	}
	free_pages_addr(buf, 0);
	return total;
}

static long process_vm_rw(long pid, long lvec, long liovcnt, long rvec, long riovcnt, long flags, bool write)
{
	struct cursor local = { .user = (void *)lvec, .nr = liovcnt }, remote = { .user = (void *)rvec, .nr = riovcnt };
	struct task_struct *t;
	struct mm_struct *mm;
	long ret;

	if (flags)
		return -EINVAL;
	ret = check_vector(local.user, local.nr);
	if (!ret)
		ret = check_vector(remote.user, remote.nr);
	if (ret || !local.nr || !remote.nr)
		return ret;
	t = find_task_by_vpid(pid);
	if (!t)
		return -ESRCH;
	if (t != current && !ptrace_may_attach(t))
		return -EPERM;
	mm = t->mm;
	if (!mm)
		return -EPERM;
	mmget(mm);
	ret = copy_vectors(mm, &local, &remote, write);
	put_task_mm(mm);
	return ret;
}

SYSCALL(process_vm_readv)
{
	return process_vm_rw((pid_t)a0, a1, a2, a3, a4, a5, false);
}

SYSCALL(process_vm_writev)
{
	return process_vm_rw((pid_t)a0, a1, a2, a3, a4, a5, true);
}
