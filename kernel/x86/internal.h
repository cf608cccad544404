/* SPDX-License-Identifier: MIT */
/* What the files of kernel/x86 tell each other. */
#ifndef X86_INTERNAL_H
#define X86_INTERNAL_H

#include <asm/percpu.h>
#include <asm/ptrace.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <x86/cpu.h>
#include <x86/traps.h>

#define MSR_TSC 0x10
#define MSR_APIC_BASE 0x1b
#define MSR_SYSENTER_CS 0x174
#define MSR_PAT 0x277
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SYSCALL_MASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SCE (1UL << 0)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)
#define EFER_NXE (1UL << 11)

#define CR0_PE (1UL << 0)
#define CR0_MP (1UL << 1)
#define CR0_ET (1UL << 4)
#define CR0_NE (1UL << 5)
#define CR0_WP (1UL << 16)
#define CR0_AM (1UL << 18)
#define CR0_PG (1UL << 31)

#define CR4_TSD (1UL << 2)
#define CR4_DE (1UL << 3)
#define CR4_PAE (1UL << 5)
#define CR4_MCE (1UL << 6)
#define CR4_PGE (1UL << 7)
#define CR4_OSFXSR (1UL << 9)
#define CR4_OSXMMEXCPT (1UL << 10)
#define CR4_UMIP (1UL << 11)
#define CR4_FSGSBASE (1UL << 16)
#define CR4_OSXSAVE (1UL << 18)
#define CR4_SMEP (1UL << 20)
#define CR4_SMAP (1UL << 21)

#define X86_EFLAGS_TF (1UL << 8)
#define X86_EFLAGS_DF (1UL << 10)
#define X86_EFLAGS_RF (1UL << 16)
#define X86_EFLAGS_AC (1UL << 18)

/* Exceptions, SDM vol. 3, table 6-1. */
enum {
	X86_TRAP_DE = 0, X86_TRAP_DB = 1, X86_TRAP_NMI = 2, X86_TRAP_BP = 3, X86_TRAP_OF = 4, X86_TRAP_UD = 6,
	X86_TRAP_NM = 7, X86_TRAP_DF = 8, X86_TRAP_GP = 13, X86_TRAP_PF = 14, X86_TRAP_MC = 18,
};
#define NR_EXCEPTIONS 32
#define VECTOR_ISA_BASE 0x30    /* NR_IRQS lines */
#define VECTOR_TIMER 0xef
#define VECTOR_SPURIOUS 0xff

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" :: "c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
}

static inline u64 read_cr0(void) { u64 v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); return v; }
static inline u64 read_cr2(void) { u64 v; __asm__ volatile("mov %%cr2, %0" : "=r"(v)); return v; }
static inline u64 read_cr3(void) { u64 v; __asm__ volatile("mov %%cr3, %0" : "=r"(v)); return v; }
static inline u64 read_cr4(void) { u64 v; __asm__ volatile("mov %%cr4, %0" : "=r"(v)); return v; }
static inline void write_cr0(u64 v) { __asm__ volatile("mov %0, %%cr0" :: "r"(v) : "memory"); }
static inline void write_cr3(u64 v) { __asm__ volatile("mov %0, %%cr3" :: "r"(v) : "memory"); }
static inline void write_cr4(u64 v) { __asm__ volatile("mov %0, %%cr4" :: "r"(v) : "memory"); }

struct cpuid_regs { u32 eax, ebx, ecx, edx; };
static inline struct cpuid_regs cpuid(u32 leaf, u32 sub)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(sub));
	return r;
}

/* 64-bit TSS, SDM vol. 3, 8.7. */
struct tss {
	u32 reserved0;
	u64 sp[3];
	u64 reserved1;
	u64 ist[7];             /* [0] is IST1 */
	u64 reserved2;
	u16 reserved3;
	u16 io_bitmap;          /* offset; at or beyond the limit: no port is open to ring 3 */
	u64 ports[1024];        /* a bit for each, set: closed; ioport.c */
	u8 ports_end;           /* all ones: the CPU reads two bytes */
} __packed;
static_assert(offsetof(struct tss, ports) == 104);
#define TSS_NO_PORTS ((u16)sizeof(struct tss))
DECLARE_PER_CPU(struct tss, cpu_tss);
enum { IST_DF = 1, IST_NMI = 2, IST_MC = 3, IST_DB = 4, NR_IST = 4 };
#define IST_STACK_SIZE 8192

extern u8 head_found_la57;       /* head.S: the firmware ran with five levels */

void gdt_init(void);
void idt_init(void);
void syscall_entry_init(void);
void alternatives_apply(void);
void fpu_boot_init(void);
void fpu_switch(struct thread_struct *prev, struct thread_struct *next);
/* Which IST stack @addr lies in: its name, or NULL. */
const char *ist_stack_name(unsigned long addr);

/* The address to go on at when the instruction at @rip faulted, or 0. */
unsigned long extable_find(unsigned long rip);
/* oops.c */
void __noreturn die(struct pt_regs *regs, unsigned int vector, unsigned long error_code);
void show_regs(const struct pt_regs *regs);
const char *exception_name(unsigned int vector);

/* irq.c: local APIC or PIC vectors, from entry.S. */
typedef void (*vector_handler)(struct pt_regs *regs);
extern struct pt_regs *irq_regs;
void set_vector_handler(unsigned int vector, vector_handler fn);
void do_exception(struct pt_regs *regs, unsigned int vector, unsigned long error_code);
void do_page_fault(struct pt_regs *regs, unsigned long error_code);
void do_irq(struct pt_regs *regs, unsigned int vector);
void do_exit_work(struct pt_regs *regs);
struct pt_regs *fix_iret_fault(struct pt_regs *regs);
void do_syscall_slow(struct pt_regs *regs);
void syscall_watch(bool on);

/* debug.c: what DR6 says of a #DB, and that it is forgotten; watched tasks come and go. */
unsigned long debug_trap(struct pt_regs *regs);
void switch_watched(const struct thread_struct *prev, const struct thread_struct *next);
/* ioport.c: the TSS says what @next may. */
void switch_ports(const struct thread_struct *next);

/* apic.c, pic.c, pit.c */
bool lapic_init(const struct bootinfo *bi);
void lapic_eoi(void);
u32 lapic_id(void);
bool ioapic_init(void);
unsigned int ioapic_pin(unsigned int irq, bool *level);
bool ioapic_unmask(unsigned int irq, unsigned int vector, unsigned int apic_id);
void irq_use_ioapic(void);
extern bool lapic_present;
void pic_init(void);
void pic_mask_all(void);
void pic_unmask(unsigned int line);
void pic_eoi(unsigned int line);
bool pic_is_spurious(unsigned int line);
void pit_start_periodic(unsigned int hz);
/* Busy-waits @us (at most 50,000) on PIT channel 2. False: the PIT does not count. */
bool pit_wait_us(unsigned int us);
u64 cmos_read_epoch(void);

#endif
