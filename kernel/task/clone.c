/* SPDX-License-Identifier: MIT */
/* The system calls that make tasks. */
#include <fs/fs.h>
#include <ns/nsproxy.h>
#include "internal.h"

SYSCALL(fork)
{
	return kernel_clone(&(struct kernel_clone_args){ .exit_signal = SIGCHLD });
}

SYSCALL(vfork)
{
	return kernel_clone(&(struct kernel_clone_args){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

/* x86-64: flags, stack, parent_tid, child_tid, tls. */
SYSCALL(clone)
{
	struct kernel_clone_args args = {
		.flags = (u32)a0 & ~CSIGNAL, .exit_signal = (int)(a0 & CSIGNAL), .stack = (u64)a1,
		.parent_tid = (u64)a2, .child_tid = (u64)a3, .tls = (u64)a4,
		.pidfd = (u64)a2,
	};

	if ((args.flags & CLONE_PIDFD) && (args.flags & CLONE_PARENT_SETTID))
		return -EINVAL;
	if (args.tls >= TASK_SIZE && (args.flags & CLONE_SETTLS))
		return -EPERM;
	return kernel_clone(&args);
}

SYSCALL(clone3)
{
	struct clone_args_abi u;
	struct kernel_clone_args args;
	pid_t set_tid[MAX_PID_NS_LEVEL];
	u64 size = (u64)a1;
	int err;

	if (size > 4096)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	err = copy_struct_from_user(&u, sizeof(u), (const void __user *)a0, size);
	if (err)
		return err;
	if ((u.flags & (CSIGNAL & ~CLONE_NEWTIME)) || (u.flags & CLONE_DETACHED) || (u.flags >> 34))
		return -EINVAL;
	if (u.exit_signal > _NSIG || ((u.flags & (CLONE_THREAD | CLONE_PARENT)) && u.exit_signal))
		return -EINVAL;
	if (!u.stack != !u.stack_size || u.set_tid_size > MAX_PID_NS_LEVEL || !u.set_tid != !u.set_tid_size)
		return -EINVAL;
	if (u.stack && !access_ok((void __user *)u.stack, u.stack_size))
		return -EINVAL;
	if ((u.flags & CLONE_SETTLS) && u.tls >= TASK_SIZE)
		return -EPERM;
	args = (struct kernel_clone_args){ .flags = u.flags, .exit_signal = (int)u.exit_signal,
		.stack = u.stack ? u.stack + u.stack_size : 0, .parent_tid = u.parent_tid, .child_tid = u.child_tid,
		.tls = u.tls, .pidfd = u.pidfd, .set_tid = set_tid, .nr_set_tid = (unsigned int)u.set_tid_size };
	if (u.set_tid_size && copy_from_user(set_tid, (const void __user *)u.set_tid, u.set_tid_size * sizeof(pid_t)))
		return -EFAULT;
	return kernel_clone(&args);
}

/*
 * What threads share, and name spaces. A thread that is not alone can only leave what is not the process's.
 */
SYSCALL(unshare)
{
	u64 flags = (u64)a0;
	long err;

	if (flags & CLONE_NEWUSER)
		flags |= CLONE_THREAD | CLONE_FS;
	if (flags & CLONE_NEWNS)
		flags |= CLONE_FS;
	if ((flags & CLONE_NEW_NAMESPACES) && !(flags & CLONE_NEWUSER) && !own_capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_KNOWN_NAMESPACES))
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && current->signal->nr_threads > 1)
		return -EINVAL;
	err = unshare_files_fs(flags);
	return err ? err : unshare_namespaces(flags);
}
