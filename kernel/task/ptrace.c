/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2): the requests of a tracer. A request copies its arguments in, finds the tracee (a task
 * pointer is good until the caller sleeps), works on it in kernel memory, and copies the answer out.
 *
 * What is refused: CAVEATS.md.
 */
#include <mm/mm.h>
#include <mm/slab.h>
#include "ptrace.h"

/* @pid if the caller traces it and it is in a stop (@any_state: or not). */
static struct task_struct *tracee(pid_t pid, bool any_state)
{
	struct task_struct *t = find_task_by_pid(pid);

	if (!t || t->tracer != current)
		return NULL;
	return any_state || (t->state == TASK_TRACED && !(t->jobctl & JOBCTL_LISTENING)) ? t : NULL;
}

static long ptrace_resume(struct task_struct *t, int request, u64 sig)
{
	bool step = request == PTRACE_SINGLESTEP || request == PTRACE_SYSEMU_SINGLESTEP;
	unsigned long irq;

	if (sig > _NSIG)
		return -EIO;
	ptrace_single_step(t, step);
	irq = spin_lock_irqsave(&t->sighand->lock);
	t->ptrace &= ~(PT_SYSCALL | PT_SYSEMU);
	if (request == PTRACE_SYSCALL)
		t->ptrace |= PT_SYSCALL;
	else if (request == PTRACE_SYSEMU || request == PTRACE_SYSEMU_SINGLESTEP)
		t->ptrace |= PT_SYSEMU;
	thread_watch_syscalls(&t->thread, t->ptrace & (PT_SYSCALL | PT_SYSEMU | PT_STEP));
	t->ptrace_code = (int)sig;
	wake_up_state(t, STATE_BIT(TASK_TRACED));
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return 0;
}

static long ptrace_detach_request(struct task_struct *t, u64 sig)
{
	if (sig > _NSIG)
		return -EIO;
	TASKLIST_LOCK(tl);
	t->ptrace_code = (int)sig;
	ptrace_detach(t);
	TASKLIST_UNLOCK(tl);
	return 0;
}

static bool in_event_stop(const struct task_struct *t)
{
	return t->has_siginfo && t->ptrace_info.si_code >> 8 == PTRACE_EVENT_STOP;
}

static long ptrace_interrupt(struct task_struct *t)
{
	unsigned long irq;

	if (!(t->ptrace & PT_SEIZED))
		return -EIO;
	irq = spin_lock_irqsave(&t->sighand->lock);
	if (!(t->flags & PF_EXITING)) {
		t->jobctl |= JOBCTL_TRAP_STOP;
		ptrace_wake_up(t, t->jobctl & JOBCTL_LISTENING);
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return 0;
}

static long ptrace_listen(struct task_struct *t)
{
	unsigned long irq;

	if (!(t->ptrace & PT_SEIZED) || !in_event_stop(t))
		return -EIO;
	irq = spin_lock_irqsave(&t->sighand->lock);
	t->jobctl |= JOBCTL_LISTENING;
	if (t->jobctl & JOBCTL_TRAP_NOTIFY)
		ptrace_wake_up(t, true);
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return 0;
}

static long ptrace_setoptions(struct task_struct *t, u64 options)
{
	unsigned long irq;

	if (options & ~(u64)PTRACE_O_MASK)
		return -EINVAL;
	irq = spin_lock_irqsave(&t->sighand->lock);
	t->ptrace = (t->ptrace & (PT_OPTION(1u) - 1)) | PT_OPTION((unsigned int)options);
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return 0;
}

/* One word of memory. */
static long peek(struct task_struct *t, u64 addr, u64 to)
{
	struct mm_struct *mm = t->mm;
	size_t n = 0;
	u64 word;

	if (mm) {
		mmget(mm);
		n = access_mm(mm, addr, &word, sizeof(word), FAULT_FORCE);
		put_task_mm(mm);
	}
	if (n != sizeof(word))
		return -EIO;
	return put_user_u64(word, (void __user *)to) ? -EFAULT : 0;
}

static long poke(struct task_struct *t, u64 addr, u64 word)
{
	struct mm_struct *mm = t->mm;
	size_t n = 0;

	if (mm) {
		mmget(mm);
		n = access_mm(mm, addr, &word, sizeof(word), FAULT_FORCE | FAULT_WRITE);
		put_task_mm(mm);
	}
	return n == sizeof(word) ? 0 : -EIO;
}

static long get_siginfo(const struct task_struct *t, u64 to)
{
	siginfo_abi info = t->ptrace_info;

	return t->has_siginfo ? put_siginfo(to, &info) : -EINVAL;
}

static long set_siginfo(pid_t pid, u64 from)
{
	struct task_struct *t;
	siginfo_abi info;

	if (copy_from_user(&info, (const void __user *)from, sizeof(info)))
		return -EFAULT;
	t = tracee(pid, false);
	if (!t)
		return -ESRCH;
	if (!t->has_siginfo)
		return -EINVAL;
	t->ptrace_info = info;
	return 0;
}

/* The @n-th queued signal. */
static bool nth_siginfo(struct task_struct *t, bool shared, u64 n, siginfo_abi *info)
{
	struct sigpending *p = shared ? &t->signal->shared_pending : &t->pending;
	unsigned long irq = spin_lock_irqsave(&t->sighand->lock);
	struct sigqueue *q;
	bool found = false;

	list_for_each_entry(q, &p->queue, list) {
		if (n--)
			continue;
		*info = q->info;
		found = true;
		break;
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return found;
}

static long peek_siginfo(pid_t pid, u64 args, u64 to)
{
	struct ptrace_peeksiginfo_args a;
	siginfo_abi info;
	s32 i;

	if (copy_from_user(&a, (const void __user *)args, sizeof(a)))
		return -EFAULT;
	if (a.flags & ~PTRACE_PEEKSIGINFO_SHARED || a.nr < 0)
		return -EINVAL;
	for (i = 0; i < a.nr; i++) {
		struct task_struct *t = tracee(pid, false);     /* the copies to the user may have slept */

		if (!t || a.off + (u64)i < a.off || !nth_siginfo(t, a.flags & PTRACE_PEEKSIGINFO_SHARED, a.off + (u64)i, &info))
			break;
		if (put_siginfo(to + (u64)i * SIGINFO_SIZE, &info))
			return i ? i : -EFAULT;
		if (signal_pending())
			return i + 1;
	}
	return i;
}

static long get_sigmask(const struct task_struct *t, u64 size, u64 to)
{
	u64 mask = t->restore_sigmask ? t->saved_sigmask : t->blocked;

	if (size != sizeof(mask))
		return -EINVAL;
	return put_user_u64(mask, (void __user *)to) ? -EFAULT : 0;
}

static long set_sigmask(pid_t pid, u64 size, u64 from)
{
	struct task_struct *t;
	unsigned long irq;
	u64 mask;

	if (size != sizeof(mask))
		return -EINVAL;
	if (get_user_u64(&mask, (const void __user *)from))
		return -EFAULT;
	t = tracee(pid, false);
	if (!t)
		return -ESRCH;
	irq = spin_lock_irqsave(&t->sighand->lock);
	t->blocked = mask & ~(SIGMASK(SIGKILL) | SIGMASK(SIGSTOP));
	t->restore_sigmask = false;
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	return 0;
}

static long get_syscall_info(struct task_struct *t, u64 user_size, u64 to)
{
	const struct pt_regs *r = task_pt_regs(t);
	struct ptrace_syscall_info i;
	size_t size = offsetof(struct ptrace_syscall_info, entry);
	int code;

	memset(&i, 0, sizeof(i));
	i.arch = AUDIT_ARCH_X86_64;
	i.instruction_pointer = r->rip;
	i.stack_pointer = r->rsp;
	code = t->has_siginfo ? t->ptrace_info.si_code : 0;
	if (code == (SIGTRAP | 0x80) && t->ptrace_message == PTRACE_EVENTMSG_SYSCALL_EXIT) {
		i.op = PTRACE_SYSCALL_INFO_EXIT;
		i.exit.rval = (s64)r->rax;
		i.exit.is_error = IS_ERR_VALUE(r->rax);
		size = offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
	} else if (code == (SIGTRAP | 0x80) || code == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		i.op = PTRACE_SYSCALL_INFO_ENTRY;
		i.entry.nr = r->orig_rax;
		memcpy(i.entry.args, (u64[6]){ r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9 }, sizeof(i.entry.args));
		size = offsetof(struct ptrace_syscall_info, seccomp.ret_data);
		if (code >> 8) {
			i.op = PTRACE_SYSCALL_INFO_SECCOMP;
			i.seccomp.ret_data = (u32)t->ptrace_message;
			size += sizeof(i.seccomp.ret_data);
		}
	}
	return copy_to_user((void __user *)to, &i, min(size, (size_t)user_size)) ? -EFAULT : (long)size;
}

static long get_rseq(const struct task_struct *t, u64 user_size, u64 to)
{
	struct ptrace_rseq_configuration c = { .pointer = t->rseq, .size = t->rseq_len, .signature = t->rseq_sig };

	if (!t->rseq)
		c.size = c.signature = 0;
	return copy_to_user((void __user *)to, &c, min(sizeof(c), (size_t)user_size)) ? -EFAULT : (long)sizeof(c);
}

/* ---- register sets ---- */

static long get_regset(pid_t pid, unsigned int type, u64 to, size_t size)
{
	size_t full = ptrace_regset_size(type);
	struct task_struct *t;
	long err = -ESRCH;
	void *buf;

	if (!full || size % 8)
		return -EINVAL;
	buf = kmalloc(full, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	t = tracee(pid, false);
	if (t) {
		ptrace_get_regset(t, type, buf);
		err = copy_to_user((void __user *)to, buf, min(size, full)) ? -EFAULT : 0;
	}
	kfree(buf);
	return err;
}

static long set_regset(pid_t pid, unsigned int type, u64 from, size_t size)
{
	size_t full = ptrace_regset_size(type);
	struct task_struct *t;
	long err = -EFAULT;
	void *buf;

	if (!full || size % 8)
		return -EINVAL;
	size = min(size, full);
	buf = kmalloc(full, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (!copy_from_user(buf, (const void __user *)from, size)) {
		t = tracee(pid, false);
		err = t ? ptrace_set_regset(t, type, buf, size) : -ESRCH;
	}
	kfree(buf);
	return err;
}

/* @iov of the caller: where, and how much fits; gets how much there is. */
static long regset_iov(pid_t pid, bool set, unsigned int type, u64 iov)
{
	struct { u64 base, len; } v;
	size_t size;
	long err;

	if (copy_from_user(&v, (const void __user *)iov, sizeof(v)))
		return -EFAULT;
	size = min((size_t)v.len, ptrace_regset_size(type));
	err = set ? set_regset(pid, type, v.base, v.len) : get_regset(pid, type, v.base, v.len);
	if (err)
		return err;
	return put_user_u64(size, (void __user *)(iov + 8)) ? -EFAULT : 0;
}

/* Requests that copy before or while they look at the tracee. -ENOSYS: none of them. */
static long copying_request(pid_t pid, int request, u64 addr, u64 data)
{
	switch (request) {
	case PTRACE_SETSIGINFO: return set_siginfo(pid, data);
	case PTRACE_PEEKSIGINFO: return peek_siginfo(pid, addr, data);
	case PTRACE_SETSIGMASK: return set_sigmask(pid, addr, data);
	case PTRACE_GETREGS: return get_regset(pid, NT_PRSTATUS, data, sizeof(struct user_regs_struct));
	case PTRACE_SETREGS: return set_regset(pid, NT_PRSTATUS, data, sizeof(struct user_regs_struct));
	case PTRACE_GETFPREGS: return get_regset(pid, NT_PRFPREG, data, ptrace_regset_size(NT_PRFPREG));
	case PTRACE_SETFPREGS: return set_regset(pid, NT_PRFPREG, data, ptrace_regset_size(NT_PRFPREG));
	case PTRACE_GETREGSET: return regset_iov(pid, false, (unsigned int)addr, data);
	case PTRACE_SETREGSET: return regset_iov(pid, true, (unsigned int)addr, data);
	}
	return -ENOSYS;
}

static long peek_user(struct task_struct *t, u64 addr, u64 to)
{
	u64 word;
	int err = ptrace_peek_user(t, addr, &word);

	return err ? err : put_user_u64(word, (void __user *)to) ? -EFAULT : 0;
}

/* arch_prctl(2) for the tracee; what it tells goes to the tracer's memory. */
static long tracee_arch_prctl(struct task_struct *t, u64 addr, int code)
{
	bool fs = code == ARCH_SET_FS || code == ARCH_GET_FS;
	unsigned int word = (fs ? offsetof(struct user_regs_struct, fs_base) : offsetof(struct user_regs_struct, gs_base)) / 8;

	switch (code) {
	case ARCH_SET_FS: case ARCH_SET_GS: return addr >= TASK_SIZE ? -EPERM : ptrace_set_reg(t, word, addr);
	case ARCH_GET_FS: case ARCH_GET_GS: return put_user_u64(ptrace_get_reg(t, word), (void __user *)addr) ? -EFAULT : 0;
	}
	return -EINVAL;
}

static long stopped_request(struct task_struct *t, int request, u64 addr, u64 data)
{
	switch (request) {
	case PTRACE_PEEKTEXT: case PTRACE_PEEKDATA: return peek(t, addr, data);
	case PTRACE_POKETEXT: case PTRACE_POKEDATA: return poke(t, addr, data);
	case PTRACE_PEEKUSR: return peek_user(t, addr, data);
	case PTRACE_POKEUSR: return ptrace_poke_user(t, addr, data);
	case PTRACE_CONT: case PTRACE_SYSCALL: case PTRACE_SINGLESTEP: case PTRACE_SYSEMU: case PTRACE_SYSEMU_SINGLESTEP:
		return ptrace_resume(t, request, data);
	case PTRACE_DETACH: return ptrace_detach_request(t, data);
	case PTRACE_LISTEN: return ptrace_listen(t);
	case PTRACE_OLDSETOPTIONS: case PTRACE_SETOPTIONS: return ptrace_setoptions(t, data);
	case PTRACE_GETEVENTMSG: return put_user_u64(t->ptrace_message, (void __user *)data) ? -EFAULT : 0;
	case PTRACE_GETSIGINFO: return get_siginfo(t, data);
	case PTRACE_GETSIGMASK: return get_sigmask(t, addr, data);
	case PTRACE_GET_SYSCALL_INFO: return get_syscall_info(t, addr, data);
	case PTRACE_ARCH_PRCTL: return tracee_arch_prctl(t, addr, (int)data);
	case PTRACE_GET_RSEQ_CONFIGURATION: return get_rseq(t, addr, data);
	}
	return -EIO;
}

SYSCALL(ptrace)
{
	int request = (int)a0;
	pid_t pid = (pid_t)a1;
	struct task_struct *t;
	long ret;

	if (request == PTRACE_TRACEME)
		return ptrace_traceme();
	pid = pid_of_vnr(pid);
	t = find_task_by_pid(pid);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
		return ptrace_attach(t, request == PTRACE_SEIZE, (u64)a2, (u64)a3);
	t = tracee(pid, request == PTRACE_KILL || request == PTRACE_INTERRUPT);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_KILL)
		return send_sig_info(SIGKILL, NULL, t);
	if (request == PTRACE_INTERRUPT)
		return ptrace_interrupt(t);
	ret = copying_request(pid, request, (u64)a2, (u64)a3);
	return ret == -ENOSYS ? stopped_request(t, request, (u64)a2, (u64)a3) : ret;
}
