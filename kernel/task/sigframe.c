/* SPDX-License-Identifier: MIT */
/*
 * Signal frames: what a handler finds on its stack, and the way back (rt_sigreturn). Linux's layout, so that
 * libc's unwinders and programs that read their ucontext work: from low addresses
 *     pretcode | ucontext | siginfo | (gap) | XSAVE image, 64-byte aligned | FP_XSTATE_MAGIC2
 * The image goes straight from the registers to ring 3's memory. Restart of interrupted calls is here too.
 */
#include <asm/segment.h>
#include "ptrace.h"

#define RED_ZONE 128
#define MAGIC2_SIZE 4
#define XSAVE_HEADER 512
#define XSAVE_HEADER_SIZE 64
#define RF_BIT (1UL << 16)
#define DF_BIT (1UL << 10)

static bool on_altstack(const struct task_struct *t, u64 sp)
{
	if ((u32)t->sas.ss_flags & SS_AUTODISARM)
		return false;
	return t->sas.ss_size && sp > t->sas.ss_sp && sp - t->sas.ss_sp <= t->sas.ss_size;
}

/* Where the frame goes; 0: nowhere. *fp: the FPU image. */
static u64 frame_address(const struct sigaction_abi *act, const struct pt_regs *regs, u64 *fp)
{
	struct task_struct *t = current;
	u64 sp = regs->rsp - RED_ZONE, size = fpu_size();
	bool nested = on_altstack(t, regs->rsp);
	bool entering = (act->flags & SA_ONSTACK) && t->sas.ss_size && !nested;

	if (entering)
		sp = t->sas.ss_sp + t->sas.ss_size;
	if (fpu_xfeatures())
		size += MAGIC2_SIZE;
	sp = (sp - size) & ~63UL;
	*fp = sp;
	sp = ((sp - sizeof(struct rt_sigframe_abi)) & ~15UL) - 8;
	/* The alternate stack is full: nobody may run over its lower end. */
	if ((entering || nested) && (sp <= t->sas.ss_sp || sp - t->sas.ss_sp > t->sas.ss_size))
		return 0;
	return sp;
}

int put_siginfo(u64 to, const siginfo_abi *info)
{
	if (copy_to_user((void __user *)to, info, sizeof(*info)) ||
	    clear_user((void __user *)(to + sizeof(*info)), SIGINFO_SIZE - sizeof(*info)))
		return -EFAULT;
	return 0;
}

u64 sigframe_size(void)
{
	return sizeof(struct rt_sigframe_abi) + fpu_size() + MAGIC2_SIZE + 63 + 15 + 8 + RED_ZONE;
}

/*
 * XSAVE leaves alone the software's bytes at the end of the legacy area and, of the header behind them, all but the first
 * word (SDM vol. 1, 13.4); XRSTOR wants those zero. So both are written before it, in one piece.
 */
static int save_fpu(u64 fp)
{
	u32 size = (u32)fpu_size();
	struct { struct fpx_sw_bytes_abi sw; u64 header[XSAVE_HEADER_SIZE / 8]; } f = { .sw = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = size + MAGIC2_SIZE,
		.xfeatures = fpu_xfeatures(),
		.xstate_size = size,
	} };

	if (!f.sw.xfeatures)
		return fpu_save_user((void __user *)fp);
	if (copy_to_user((void __user *)(fp + XSAVE_HEADER - sizeof(f.sw)), &f, sizeof(f)) || fpu_save_user((void __user *)fp))
		return -EFAULT;
	return put_user_u32(FP_XSTATE_MAGIC2, (void __user *)(fp + size));
}

static void fill_context(struct sigcontext_abi *c, const struct pt_regs *r)
{
	c->r8 = r->r8; c->r9 = r->r9; c->r10 = r->r10; c->r11 = r->r11;
	c->r12 = r->r12; c->r13 = r->r13; c->r14 = r->r14; c->r15 = r->r15;
	c->rdi = r->rdi; c->rsi = r->rsi; c->rbp = r->rbp; c->rbx = r->rbx;
	c->rdx = r->rdx; c->rax = r->rax; c->rcx = r->rcx; c->rsp = r->rsp;
	c->rip = r->rip; c->eflags = r->rflags;
	c->cs = (u16)r->cs; c->gs = 0; c->fs = 0; c->ss = (u16)r->ss;
	c->err = current->fault_error;
	c->trapno = current->fault_trapno;
	c->cr2 = current->fault_addr;
}

int setup_rt_frame(int sig, const siginfo_abi *info, const struct sigaction_abi *act, struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct { u64 pretcode; struct ucontext_abi uc; } f;      /* the head of struct rt_sigframe_abi */
	u64 fp, sp = frame_address(act, regs, &fp);

	if (!sp || !(act->flags & SA_RESTORER) || act->handler >= TASK_SIZE)
		return -EFAULT;
	if (save_fpu(fp))
		return -EFAULT;
	f.pretcode = act->restorer;
	f.uc.uc_flags = (fpu_xfeatures() ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	f.uc.uc_link = 0;
	f.uc.uc_stack = t->sas;
	f.uc.uc_stack.pad = 0;
	fill_context(&f.uc.uc_mcontext, regs);
	f.uc.uc_mcontext.fpstate = fp;
	f.uc.uc_sigmask = t->restore_sigmask ? t->saved_sigmask : t->blocked;
	f.uc.uc_mcontext.oldmask = f.uc.uc_sigmask;
	/* What nobody reads is not written: the context's reserved words, a siginfo that was not asked for. */
	if (copy_to_user((void __user *)sp, &f, offsetof(struct rt_sigframe_abi, uc.uc_mcontext.reserved1)) ||
	    put_user_u64(f.uc.uc_sigmask, (void __user *)(sp + offsetof(struct rt_sigframe_abi, uc.uc_sigmask))))
		return -EFAULT;
	if ((act->flags & SA_SIGINFO) && put_siginfo(sp + offsetof(struct rt_sigframe_abi, info), info))
		return -EFAULT;
	if ((u32)t->sas.ss_flags & SS_AUTODISARM)
		t->sas = (stack_t_abi){ .ss_flags = SS_DISABLE };
	fpu_clear();                    /* a handler starts as a function of a fresh program does, as on Linux */
	regs->rdi = (u64)sig;
	regs->rsi = sp + offsetof(struct rt_sigframe_abi, info);
	regs->rdx = sp + offsetof(struct rt_sigframe_abi, uc);
	regs->rax = 0;
	regs->rip = act->handler;
	regs->rsp = sp;
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	regs->rflags &= ~(DF_BIT | RF_BIT | RFLAGS_TF);
	return 0;
}

/* The call that a signal interrupted: fails with EINTR, or is made again after the handler. */
static void restart_or_fail(struct pt_regs *regs, const struct sigaction_abi *act)
{
	switch ((long)regs->rax) {
	case -ERESTARTSYS:
		if (!act || (act->flags & SA_RESTART))
			break;
		regs->rax = (u64)-EINTR;
		return;
	case -ERESTARTNOHAND:
		if (!act)
			break;
		regs->rax = (u64)-EINTR;
		return;
	case -ERESTART_RESTARTBLOCK:
		if (act) {
			regs->rax = (u64)-EINTR;
			return;
		}
		regs->rax = __NR_restart_syscall;
		regs->rip -= 2;         /* the SYSCALL instruction */
		return;
	case -ERESTARTNOINTR:
		break;
	default:
		return;
	}
	regs->rax = regs->orig_rax;
	regs->rip -= 2;
}

static void handle_signal(int sig, const siginfo_abi *info, const struct sigaction_abi *act, struct pt_regs *regs)
{
	struct task_struct *t = current;
	sigset_t blocked = t->blocked | act->mask;
	bool stepped = unlikely(t->ptrace & PT_STEP);

	if (stepped)
		ptrace_single_step(t, false);
	if (t->rseq)
		rseq_resume(regs);      /* a handler must not run inside a critical section */
	if ((long)regs->orig_rax >= 0)
		restart_or_fail(regs, act);
	if (setup_rt_frame(sig, info, act, regs)) {
		pr_info("%s[%d]: no room for the frame of signal %d: ip:%lx sp:%lx\n", t->comm, t->pid, sig,
			(unsigned long)regs->rip, (unsigned long)regs->rsp);
		if (sig == SIGSEGV)
			t->sighand->action[sig - 1].handler = SIG_DFL_ABI;
		force_sig(SIGSEGV);
		return;
	}
	t->restore_sigmask = false;
	if (!(act->flags & SA_NODEFER))
		blocked |= SIGMASK(sig);
	set_blocked(blocked);
	if (stepped)
		ptrace_stepped_into_handler();
}

/* On the way to ring 3, interrupts on. */
void do_signal(struct pt_regs *regs)
{
	struct sigaction_abi act;
	siginfo_abi info;
	int sig;

	if (get_signal(regs, &sig, &info, &act)) {
		handle_signal(sig, &info, &act, regs);
		return;
	}
	if ((long)regs->orig_rax >= 0)
		restart_or_fail(regs, NULL);
	if (current->restore_sigmask) {
		current->restore_sigmask = false;
		set_blocked(current->saved_sigmask);
	}
}

static int restore_fpu(u64 fp)
{
	struct fpx_sw_bytes_abi sw;
	u32 magic2;

	if (!fp) {
		fpu_clear();
		return 0;
	}
	if (fpu_xfeatures()) {
		if (copy_from_user(&sw, (const void __user *)(fp + XSAVE_HEADER - sizeof(sw)), offsetof(struct fpx_sw_bytes_abi, padding)))
			return -EFAULT;
		if (sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size != fpu_size() ||
		    get_user_u32(&magic2, (const void __user *)(fp + fpu_size())) || magic2 != FP_XSTATE_MAGIC2)
			return -EFAULT;
	}
	return fpu_restore_user((const void __user *)fp);
}

static void restore_context(const struct sigcontext_abi *c, struct pt_regs *r)
{
	r->r8 = c->r8; r->r9 = c->r9; r->r10 = c->r10; r->r11 = c->r11;
	r->r12 = c->r12; r->r13 = c->r13; r->r14 = c->r14; r->r15 = c->r15;
	r->rdi = c->rdi; r->rsi = c->rsi; r->rbp = c->rbp; r->rbx = c->rbx;
	r->rdx = c->rdx; r->rax = c->rax; r->rcx = c->rcx; r->rsp = c->rsp;
	r->rip = c->rip;
	/* Ring 3's at the least; a selector that IRETQ refuses becomes the task's own fault. */
	r->cs = c->cs | 3;
	r->ss = USER_DS;
	r->rflags = (r->rflags & ~USER_RFLAGS) | (c->eflags & USER_RFLAGS) | X86_EFLAGS_IF;
	r->orig_rax = (u64)-1;          /* no call to restart */
}

SYSCALL(rt_sigreturn)
{
	struct task_struct *t = current;
	struct pt_regs *regs = task_pt_regs(t);
	u64 frame = regs->rsp - 8;
	struct ucontext_abi uc;

	if (copy_from_user(&uc, (const void __user *)(frame + offsetof(struct rt_sigframe_abi, uc)), sizeof(uc)))
		goto bad;
	set_blocked(uc.uc_sigmask);
	restore_context(&uc.uc_mcontext, regs);
	if (restore_fpu(uc.uc_mcontext.fpstate))
		goto bad;
	if (!on_altstack(t, regs->rsp)) {
		u32 mode = (u32)uc.uc_stack.ss_flags & ~SS_AUTODISARM;

		if (mode == SS_DISABLE || !uc.uc_stack.ss_size)
			t->sas = (stack_t_abi){ .ss_flags = SS_DISABLE };
		else if (uc.uc_stack.ss_size >= MINSIGSTKSZ)
			t->sas = uc.uc_stack;
	}
	set_full_return();
	return (long)regs->rax;
bad:
	pr_info("%s[%d]: bad frame in rt_sigreturn at %lx\n", t->comm, t->pid, (unsigned long)frame);
	force_sig(SIGSEGV);
	return 0;
}
