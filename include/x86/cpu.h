/* SPDX-License-Identifier: MIT */
/*
 * The CPU: bring-up, features, time, context switch, power. kernel/x86 is the only folder with
 * privileged instructions.
 */
#ifndef X86_CPU_H
#define X86_CPU_H

#include <asm/percpu.h>
#include <asm/ptrace.h>
#include <boot/bootinfo.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct cpu_info {
	char vendor[13], brand[49];
	u32 family, model, stepping;
	u32 leaf1_ecx, leaf1_edx, leaf7_ebx, leaf7_ecx, leaf7_edx, ext1_ecx, ext1_edx;
	unsigned int phys_bits, virt_bits;
	bool nx, smep, smap, umip, pge, pcid, invpcid, page1gb, fsgsbase, la57, la57_on, x2apic, x2apic_on, xsave, erms, tsc_deadline, rdrand;
	u64 tsc_khz;
	u32 xsave_size;
};
extern struct cpu_info boot_cpu;

void oops_init(void);                   /* panic and BUG get a backtrace and stop the machine */
void cpu_early_init(void);              /* GDT, IDT, TSS, per-CPU base, CR0/CR4/EFER to known values */
void time_init(const struct bootinfo *bi);      /* TSC clock and wall clock: ktime_get_ns() counts from here on */
void cpu_late_init(const struct bootinfo *bi);  /* local APIC or PIT timer, PIC; interrupts still off */
/* Page tables of the whole early boot (head.S); kept for the firmware's runtime calls. Physical. */
extern phys_addr_t early_pgd_phys;
/* Name and features of this CPU in the log. */
void cpu_log(void);
/* The control registers as they are. */
u64 cpu_cr0(void);
u64 cpu_cr4(void);
bool user_tsc_allow(bool allow);         /* RDTSC in ring 3, or #GP; true: that was otherwise before */
u64 cpu_efer(void);
u64 cpu_pat(void);
/* For tests: CR0.WP, CR4.SMEP and CR4.SMAP as told, the last two only where the CPU has them. */
void cpu_set_protection(bool wp, bool smep, bool smap);
/* Words for what this CPU has, separated by blanks. */
const char *cpu_features_text(char *buf, size_t size);

/* Time since boot, monotonic, from the TSC. */
u64 ktime_get_ns(void);
/* Wall clock at boot (CMOS), seconds since 1970. */
/* From now on the clock is @scaled_ppm / 65536 millionths faster than was measured at boot; it does not jump. */
void ktime_set_rate(s64 scaled_ppm);
void ktime_parameters(u64 *tsc_base, u64 *tsc_mult); /* ktime_get_ns() is (tsc - base) * mult >> 32 */
u64 boot_epoch_seconds(void);
#define HZ 100
/* The tick hook runs at @ns (ktime_get_ns) at the latest, besides its HZ times a second. Any context. Without
 * a local APIC only the next tick keeps it. */
void timer_set_deadline(u64 ns);

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/*
 * What a task owes to the CPU's floor. Embedded in task_struct; only kernel/x86 looks inside.
 */
struct thread_struct {
	unsigned long sp;               /* kernel stack pointer while not running */
	unsigned long stack_top;        /* where ring 3 enters: task_pt_regs sits below it */
	unsigned long fsbase, gsbase;   /* user segments */
	void *fpu;                      /* XSAVE area, fpu_size() bytes, 64-byte aligned; NULL for kernel threads */
	unsigned int watched;           /* WATCH_*: what a tracer asked for; 0: switches cost nothing more */
	u8 iopl;                        /* 3: all ports are open */
	struct io_bitmap *io_bitmap;    /* x86/ioport.h; NULL: none of its own */
	unsigned long dr[4], dr6, dr7;  /* valid with WATCH_DEBUG: debug registers as ring 3 sees them, SDM vol. 3, 18.2 */
};

extern u64 fpu_xcr0;
static inline size_t fpu_size(void) { return boot_cpu.xsave_size; }
void fpu_init_state(void *fpu);         /* a fresh process's state */
void fpu_clear(void);                   /* the registers: as fpu_init_state */
/* Saves/loads the current CPU's FPU state (signals, fork). */
void fpu_save(void *fpu);
void fpu_restore(void *fpu);            /* reserved bits are cleared in place first */
static inline u64 fpu_xfeatures(void) { return fpu_xcr0; } /* XCR0; 0: the CPU has FXSAVE only */
/* The same to and from a signal frame, 64-byte aligned, fpu_size() bytes. 0 or -EFAULT (then the
 * registers are a fresh process's). XSAVE leaves bytes 464..511 of the area to software. */
int __must_check fpu_save_user(void __user *buf);
int __must_check fpu_restore_user(const void __user *buf);

/*
 * For debuggers: @fpu belongs to a task that does not run. fpu_copy_image: the XSAVE area (fpu_size() bytes) with
 * what the software bytes say (XCR0 at 464). The setters refuse with -EINVAL what XRSTOR would fault on; fxsave: only
 * the first 512 bytes.
 */
void fpu_copy_image(const void *fpu, void *image);
int __must_check fpu_set_image(void *fpu, const void *image);
int __must_check fpu_set_fxsave(void *fpu, const void *image);

/*
 * Watched threads (kernel/x86/debug.c): @t does not run, or is about to; it takes effect when it is switched to.
 * Debug registers, n 0..7: addresses below TASK_SIZE only, types and lengths that the CPU has. 0, -EINVAL, or -EIO
 * (no such register).
 */
#define WATCH_SYSCALLS 1u
#define WATCH_DEBUG    2u
#define WATCH_FILTER   4u         /* system calls too, for the thread's whole life and its children's */
#define WATCH_PORTS    8u         /* ring 3 has I/O ports: ioport.c */
void thread_watch_syscalls(struct thread_struct *t, bool on);
unsigned long thread_get_debugreg(const struct thread_struct *t, unsigned int n);
int __must_check thread_set_debugreg(struct thread_struct *t, unsigned int n, unsigned long v);
void thread_debug_hit(struct thread_struct *t, unsigned long dr6);  /* a #DB of its own: remembered in its DR6 */
void thread_unwatch(struct thread_struct *t);   /* its tracer asks nothing any more */
void thread_watch_filter(struct thread_struct *running);         /* from its next call on */
void thread_exec_debugregs(struct thread_struct *running);       /* a new program: they are its predecessor's */

/* Segment bases of the running task's ring 3 (arch_prctl; clone's TLS goes into thread_struct.fsbase). */
unsigned long user_fsbase_get(void);
void user_fsbase_set(unsigned long base);
unsigned long user_gsbase_get(void);
void user_gsbase_set(unsigned long base);

/* Runs @next; returns when somebody switches back to @prev. Interrupts off. Page table first, by the caller. */
void switch_to(struct thread_struct *prev, struct thread_struct *next);
/*
 * Lays out @t's stack so that the first switch_to calls fn(arg) (interrupts still off, must not return),
 * or calls first() (interrupts off) and returns to ring 3 with @regs copied.
 */
void thread_init_kernel(struct thread_struct *t, void *stack, size_t stack_size, void (*fn)(void *), void *arg);
void thread_init_user(struct thread_struct *t, void *stack, size_t stack_size, const struct pt_regs *regs, void (*first)(void));
/* The context that boots, as a thread: its stack is the image's boot_stack. */
void thread_init_boot(struct thread_struct *t);
static inline struct pt_regs *thread_pt_regs(struct thread_struct *t)
{
	return (struct pt_regs *)(t->stack_top - PT_REGS_SIZE);
}

/* "Look at x86_hooks.exit_to_user before going back to ring 3", for this CPU. */
DECLARE_PER_CPU(u8, exit_work);         /* [C] EXIT_WORK, EXIT_FULL (kernel/x86/process.c) */
#define EXIT_WORK 1
static inline void set_exit_work(void) { this_cpu_write(exit_work, EXIT_WORK); }
static inline void clear_exit_work(void) { this_cpu_write(exit_work, 0); }
/* From within a system call: it changed registers that a call leaves alone, so all of them are loaded from pt_regs. */
void set_full_return(void);
void cpu_idle_wait(void);               /* sti; hlt; returns after an interrupt */

/* Prints a symbolised backtrace from @rbp (0: the caller's). */
void show_backtrace(unsigned long rip, unsigned long rbp);
/* Where @t, which does not run, would go on: return addresses, innermost first, at most @max. How many. */
unsigned int thread_backtrace(const struct thread_struct *t, unsigned long *pc, unsigned int max);
/* "name+0x12" of a kernel address; kernel/x86/ksyms.c, table made at link time. */
const char *ksym_lookup(unsigned long addr, unsigned long *offset);
unsigned long ksym_size(unsigned long addr);    /* of the function there, up to the next one; 0: unknown */

void __noreturn machine_halt(void);
void __noreturn machine_restart(void);
void __noreturn machine_power_off(void);
/* QEMU's isa-debug-exit at 0xf4 (only with the boot option debug_exit): ends QEMU with (code << 1) | 1. */
void debug_exit(unsigned int code);
void debug_exit_enable(void);
/* The EFI system table, for ResetSystem; 0: none. */
void efi_runtime_init(const struct bootinfo *bi);
/* Entropy for AT_RANDOM, getrandom, ASLR: RDRAND and the TSC, mixed. */
u64 arch_random(void);

#endif
