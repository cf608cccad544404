/* SPDX-License-Identifier: MIT */
/*
 * Page faults and traps of ring 3: resolved by mm, or turned into the signal that they deserve, with a line in
 * the log that says who, what, where and in which mapping. Also the work on the way back to ring 3.
 */
#include <mm/fault_inject.h>
#include <mm/mm.h>
#include <mm/userfaultfd.h>
#include <fs/fs.h>
#include <lib/cmdline.h>
#include <task/vdso.h>
#include "aslr.h"
#include <ns/uts_ns.h>
#include "ptrace.h"
#include "seccomp.h"

/* Error code of #PF: SDM vol. 3, 4.7. */
#define PF_PRESENT 1u
#define PF_WRITE   2u
#define PF_USER    4u
#define PF_RSVD    8u
#define PF_INSTR   16u

static bool unhandled(int sig)
{
	u64 h = current->sighand->action[sig - 1].handler;

	return h == SIG_DFL_ABI || h == SIG_IGN_ABI || (current->blocked & SIGMASK(sig));
}

/* "what[start+size]" of the mapping at @addr. */
static void vma_text(unsigned long addr, char *buf, size_t size)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	char path[64];
	const char *name = "anon";

	down_read(&mm->mmap_lock);
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr) {
		snprintf(buf, size, "no mapping");
	} else {
		if (vma->vm_file)
			name = file_path(vma->vm_file, path, sizeof(path));
		else if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
			name = "heap";
		else if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
			name = "stack";
		if (IS_ERR(name))
			name = "file";
		snprintf(buf, size, "%s[%lx+%lx %c%c%c]", name, vma->vm_start, vma->vm_end - vma->vm_start,
			 vma->vm_flags & VM_READ ? 'r' : '-', vma->vm_flags & VM_WRITE ? 'w' : '-',
			 vma->vm_flags & VM_EXEC ? 'x' : '-');
	}
	up_read(&mm->mmap_lock);
}

/* Linux's line, and what was at the address. A log full of them helps nobody: ten a second at most. */
static void say_segfault(const char *what, const struct pt_regs *regs, unsigned long addr, unsigned int error)
{
	static u64 second, shown;
	u64 now = ktime_get_ns() / NSEC_PER_SEC;
	char code[112], data[112];

	if (now != second) {
		second = now;
		shown = 0;
	}
	if (shown++ >= 10)
		return;
	vma_text(regs->rip, code, sizeof(code));
	vma_text(addr, data, sizeof(data));
	pr_info("%s[%d]: %s at %lx ip %lx sp %lx error %x (%s): address in %s, code in %s\n", current->comm, current->pid,
		what, addr, (unsigned long)regs->rip, (unsigned long)regs->rsp, error,
		error & PF_INSTR ? "execute" : error & PF_WRITE ? "write" : "read", data, code);
}

static void send_fault(struct pt_regs *regs, unsigned long addr, unsigned int error, enum fault_result res)
{
	int sig = res == FAULT_BUS ? SIGBUS : SIGSEGV;
	int code = res == FAULT_BUS ? BUS_ADRERR : res == FAULT_ACCERR ? SEGV_ACCERR : SEGV_MAPERR;

	current->fault_addr = addr;
	current->fault_error = error | PF_USER;
	current->fault_trapno = 14;
	if (unhandled(sig))
		say_segfault(sig == SIGBUS ? "bus error" : "segfault", regs, addr, error);
	force_sig_fault(sig, code, (void *)addr);
}

/* x86_hooks.page_fault */
static bool task_page_fault(struct pt_regs *regs, unsigned long addr, unsigned int error)
{
	struct task_struct *t = current;
	struct mm_struct *mm = t->mm;
	bool user = user_mode(regs);
	unsigned int access = (error & PF_WRITE ? FAULT_WRITE : 0) | (error & PF_INSTR ? FAULT_EXEC : 0) |
		(user ? FAULT_USER : 0);
	enum fault_result res = FAULT_MAPERR;

	if (!mm)
		return false;
	while (addr < TASK_SIZE && !(error & PF_RSVD)) {
		res = handle_mm_fault(mm, addr, access, user ? regs->rsp : task_pt_regs(t)->rsp);
		t->min_flt++;
		if (likely(res == FAULT_OK))
			return true;
		if (res == FAULT_USERFAULT) {
			int err = uffd_hooks.wait(mm, addr, access);

			if (!err)
				continue;
			if (err == -EINTR)
				return user;    /* the signal first, then the access again */
			res = FAULT_BUS;
		}
		if (res != FAULT_OOM)
			break;
		/* Somebody must go (but not for a test's sake); if it is us, the signal waits at the door. */
		if (fail_alloc_happened() || fatal_signal_pending())
			return user;
		if (!out_of_memory("a page fault found no free page")) {
			if (user)
				panic("no memory for a page of %s (pid %d), and no process left that may be ended: give the machine more",
				      t->comm, t->pid);
			return false;
		}
		schedule_yield();
	}
	if (!user)
		return false;
	send_fault(regs, addr, error, res);
	return true;
}

struct trap_signal { int sig, code; const char *name; };

static const struct trap_signal trap_signals[32] = {
	[0] = { SIGFPE, FPE_INTDIV, "divide error" },
	[1] = { SIGTRAP, TRAP_TRACE, NULL },
	[3] = { SIGTRAP, SI_KERNEL, NULL },
	[4] = { SIGSEGV, SI_KERNEL, "overflow" },
	[5] = { SIGSEGV, SI_KERNEL, "bounds" },
	[6] = { SIGILL, ILL_ILLOPN, "invalid opcode" },
	[7] = { SIGSEGV, SI_KERNEL, "device not available" },
	[10] = { SIGSEGV, SI_KERNEL, "invalid TSS" },
	[11] = { SIGBUS, SI_KERNEL, "segment not present" },
	[12] = { SIGBUS, SI_KERNEL, "stack segment" },
	[13] = { SIGSEGV, SI_KERNEL, "general protection fault" },
	[14] = { SIGSEGV, SEGV_MAPERR, "page fault" },
	[16] = { SIGFPE, FPE_FLTINV, "x87 error" },
	[17] = { SIGBUS, BUS_ADRALN, "alignment check" },
	[19] = { SIGFPE, FPE_FLTINV, "SIMD error" },
};

/* Which floating-point exception: unmasked and raised. SDM vol. 1, 8.5 and 11.5. */
static int fpe_code(unsigned int vector)
{
	u8 *area = current->thread.fpu;
	u32 raised;

	fpu_save(area);
	if (vector == 16) {
		u16 cw, sw;

		memcpy(&cw, area, 2);
		memcpy(&sw, area + 2, 2);
		raised = sw & ~cw;
	} else {
		u32 mxcsr;

		memcpy(&mxcsr, area + 24, 4);
		raised = ~(mxcsr >> 7) & mxcsr;
	}
	if (raised & 1)
		return FPE_FLTINV;
	if (raised & 4)
		return FPE_FLTDIV;
	if (raised & 8)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	return raised & 0x20 ? FPE_FLTRES : FPE_FLTINV;
}

/* x86_hooks.user_trap */
static void task_user_trap(struct pt_regs *regs, unsigned int vector, unsigned long error)
{
	const struct trap_signal *s = &trap_signals[vector & 31];
	int sig = s->sig ? s->sig : SIGILL, code = s->sig ? s->code : ILL_ILLOPC;
	bool at_ip = vector == 0 || vector == 1 || vector == 6 || vector == 16 || vector == 19;

	if (vector == 1) {
		code = ptrace_debug_trap(current, error);
		error = 0;
	}
	if (sig == SIGFPE && vector != 0)
		code = fpe_code(vector);
	/* Somebody who may not read it left it closed: open it lazily, and only for who came here. */
	if (vector == 13 && !current->no_tsc && user_tsc_allow(true))
		return;
	if (vector == 13 && unlikely(current->thread.watched & WATCH_PORTS) && skip_cli_sti(regs))
		return;
	current->fault_error = (u32)error;
	current->fault_trapno = vector;
	if (s->name && unhandled(sig)) {
		char where[112];

		vma_text(regs->rip, where, sizeof(where));
		pr_info("%s[%d]: trap %s ip:%lx sp:%lx error:%lx in %s\n", current->comm, current->pid, s->name,
			(unsigned long)regs->rip, (unsigned long)regs->rsp, error, where);
	}
	force_sig_fault(sig, code, at_ip ? (void *)regs->rip : NULL);
}

/* x86_hooks.exit_to_user: interrupts off before and after. */
static void task_exit_work(struct pt_regs *regs)
{
	struct task_struct *t = current;
	bool switched = false;

	clear_exit_work();
	do {
		local_irq_enable();
		switched |= resched_if_needed();
		if (t->sigpending)
			do_signal(regs);
		local_irq_disable();
	} while (t->sigpending || need_resched());
	if (t->rseq && switched) {
		local_irq_enable();
		rseq_resume(regs);
		local_irq_disable();
	}
	if (unlikely(t->no_tsc))
		user_tsc_allow(false);
	clear_exit_work();
	if (t->sigpending)
		set_exit_work();        /* rseq's user memory was bad: once more */
}

/* x86_hooks.syscall_enter. The tracer first: what it makes of a call is filtered. */
static void task_syscall_enter(struct pt_regs *regs)
{
	ptrace_syscall_enter(regs);
	if (current->seccomp_mode)
		seccomp_enter(regs);
}

static const char *task_current_name(int *pid)
{
	struct task_struct *t = current;

	*pid = t->pid;
	return t->comm;
}

static bool task_is_stack_guard(unsigned long addr)
{
	unsigned long low = (unsigned long)current->stack;

	return low && addr < low && low - addr <= 2 * 4096;
}

static u32 *task_fail_nth(void) { return &current->fail_nth; }

void task_init(void)
{
	task_cache_init();
	fork_init();
	pids_init();
	uts_ns_init();
	user_sysctls_init();
	sigqueue_init();
	fail_nth_register(task_fail_nth);
	init_task.thread.fpu = NULL;
	x86_hooks.page_fault = task_page_fault;
	x86_hooks.user_trap = task_user_trap;
	x86_hooks.exit_to_user = task_exit_work;
	x86_hooks.syscall_enter = task_syscall_enter;
	x86_hooks.syscall_exit = ptrace_syscall_exit;
	x86_hooks.current_name = task_current_name;
	x86_hooks.is_stack_guard = task_is_stack_guard;
	if (cmdline_has("norandmaps"))
		randomize_va_space = 0;
	vdso_init();
}
