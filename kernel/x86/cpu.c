// SPDX-License-Identifier: MIT
/*
 * What this CPU can do, and its control registers set to known values: what is written is what we want,
 * never the firmware's value with bits added.
 */
#include <asm/tlb.h>
#include <lib/printk.h>
#include <lib/string.h>
#include "internal.h"

struct cpu_info boot_cpu;

static void copy_regs(char *to, u32 a, u32 b, u32 c)
{
	memcpy(to, &a, 4);
	memcpy(to + 4, &b, 4);
	memcpy(to + 8, &c, 4);
}

static void read_brand(struct cpu_info *c)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct cpuid_regs r = cpuid(0x80000002 + i, 0);

		memcpy(c->brand + 16 * i, &r, 16);
	}
	c->brand[48] = 0;
}

/* CPUID, SDM vol. 2. */
static void cpu_identify(struct cpu_info *c)
{
	struct cpuid_regs r = cpuid(0, 0);
	u32 max = r.eax, max_ext;

	copy_regs(c->vendor, r.ebx, r.edx, r.ecx);
	r = cpuid(1, 0);
	c->leaf1_ecx = r.ecx;
	c->leaf1_edx = r.edx;
	c->stepping = r.eax & 15;
	c->family = r.eax >> 8 & 15;
	c->model = r.eax >> 4 & 15;
	if (c->family == 6 || c->family == 15)
		c->model |= r.eax >> 12 & 0xf0;
	if (c->family == 15)
		c->family += r.eax >> 20 & 0xff;
	if (max >= 7) {
		r = cpuid(7, 0);
		c->leaf7_ebx = r.ebx;
		c->leaf7_ecx = r.ecx;
		c->leaf7_edx = r.edx;
	}
	max_ext = cpuid(0x80000000, 0).eax;
	r = cpuid(0x80000001, 0);
	c->ext1_ecx = r.ecx;
	c->ext1_edx = r.edx;
	if (max_ext >= 0x80000004)
		read_brand(c);
	c->phys_bits = 36;
	c->virt_bits = 48;
	if (max_ext >= 0x80000008) {
		r = cpuid(0x80000008, 0);
		c->phys_bits = r.eax & 0xff;
		c->virt_bits = r.eax >> 8 & 0xff;
	}

	c->nx = c->ext1_edx >> 20 & 1;
	c->page1gb = c->ext1_edx >> 26 & 1;
	c->pge = c->leaf1_edx >> 13 & 1;
	c->pcid = c->leaf1_ecx >> 17 & 1;
	c->x2apic = c->leaf1_ecx >> 21 & 1;
	c->tsc_deadline = c->leaf1_ecx >> 24 & 1;
	c->xsave = c->leaf1_ecx >> 26 & 1;
	c->rdrand = c->leaf1_ecx >> 30 & 1;
	c->fsgsbase = c->leaf7_ebx & 1;
	c->smep = c->leaf7_ebx >> 7 & 1;
	c->erms = c->leaf7_ebx >> 9 & 1;
	c->invpcid = c->leaf7_ebx >> 10 & 1;
	c->smap = c->leaf7_ebx >> 20 & 1;
	c->umip = c->leaf7_ecx >> 2 & 1;
	c->la57 = c->leaf7_ecx >> 16 & 1;
}

static void set_control_registers(const struct cpu_info *c)
{
	u64 cr4 = CR4_DE | CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (c->leaf1_edx >> 7 & 1)
		cr4 |= CR4_MCE;
	if (c->pge)
		cr4 |= CR4_PGE;
	if (c->umip)
		cr4 |= CR4_UMIP;
	if (c->fsgsbase)
		cr4 |= CR4_FSGSBASE;
	if (c->xsave)
		cr4 |= CR4_OSXSAVE;
	if (c->smep)
		cr4 |= CR4_SMEP;
	if (c->smap)
		cr4 |= CR4_SMAP;
	write_cr4(cr4);
	write_cr0(CR0_PG | CR0_AM | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE);
	wrmsr(MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA | (c->nx ? EFER_NXE : 0));
	wrmsr(MSR_SYSENTER_CS, 0);
	/* WB WC UC- UC, twice: PAGE_KERNEL_WC is entry 1. SDM vol. 3, 11.12.4. */
	if (c->leaf1_edx >> 16 & 1)
		wrmsr(MSR_PAT, 0x0007010600070106);
	__asm__ volatile("wbinvd" ::: "memory");
	tlb_flush_all();
}

u64 cpu_cr0(void) { return read_cr0(); }
u64 cpu_cr4(void) { return read_cr4(); }

bool user_tsc_allow(bool allow)
{
	static bool closed;     /* CR4.TSD; on other CPUs: theirs */

	if (closed == !allow)
		return false;
	closed = !allow;
	write_cr4(allow ? read_cr4() & ~CR4_TSD : read_cr4() | CR4_TSD);
	return true;
}
u64 cpu_efer(void) { return rdmsr(MSR_EFER); }
u64 cpu_pat(void) { return rdmsr(MSR_PAT); }

void cpu_set_protection(bool wp, bool smep, bool smap)
{
	u64 cr4 = read_cr4() & ~(CR4_SMEP | CR4_SMAP);

	write_cr0(wp ? read_cr0() | CR0_WP : read_cr0() & ~CR0_WP);
	write_cr4(cr4 | (smep && boot_cpu.smep ? CR4_SMEP : 0) | (smap && boot_cpu.smap ? CR4_SMAP : 0));
}

/* Words for what the CPU has, separated by blanks. */
const char *cpu_features_text(char *buf, size_t size)
{
	const struct cpu_info *c = &boot_cpu;
	const struct { bool on; const char *name; } f[] = {
		{ c->nx, "nx" }, { c->smep, "smep" }, { c->smap, "smap" }, { c->umip, "umip" }, { c->pge, "pge" },
		{ c->pcid, "pcid" }, { c->invpcid, "invpcid" }, { c->page1gb, "1GiB-pages" }, { c->fsgsbase, "fsgsbase" },
		{ c->xsave, "xsave" }, { c->erms, "erms" }, { c->la57, "la57" }, { c->la57_on, "la57-was-on" },
		{ c->x2apic, "x2apic" }, { c->x2apic_on, "x2apic-on" }, { c->tsc_deadline, "tsc-deadline" },
		{ c->rdrand, "rdrand" },
	};
	size_t n = 0;

	buf[0] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(f); i++)
		if (f[i].on)
			n += scnprintf(buf + n, size - n, "%s%s", n ? " " : "", f[i].name);
	return buf;
}

void cpu_log(void)
{
	char text[192];

	pr_info("cpu: %s (%s family %u model %u), %u physical bits\n", boot_cpu.brand[0] ? boot_cpu.brand : "no name", boot_cpu.vendor,
		boot_cpu.family, boot_cpu.model, boot_cpu.phys_bits);
	pr_info("cpu: %s\n", cpu_features_text(text, sizeof(text)));
}

void cpu_early_init(void)
{
	cpu_identify(&boot_cpu);
	boot_cpu.la57_on = head_found_la57;
	gdt_init();
	idt_init();
	alternatives_apply();
	set_control_registers(&boot_cpu);
	boot_cpu.x2apic_on = (boot_cpu.leaf1_edx >> 9 & 1) && (rdmsr(MSR_APIC_BASE) >> 10 & 1);
	syscall_entry_init();
	fpu_boot_init();
}
