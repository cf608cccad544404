// SPDX-License-Identifier: MIT
/* /proc/interrupts and /proc/mtrr in Linux's formats, and a word at boot when RAM is not write-back. */
#include <drivers/devices.h>
#include <iomem/e820.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <x86/cpu.h>
#include <x86/mtrr.h>
#include <x86/traps.h>

static int show_interrupts(struct seq_file *m, void *arg)
{
	seq_printf(m, "%16s\n", "CPU0");
	for (unsigned int irq = 0; irq < NR_IRQS; irq++)
		if (irq_requested(irq))
			seq_printf(m, "%3u: %10lu   %s\n", irq, (unsigned long)irq_count(irq), irq_description(irq));
	seq_printf(m, "NMI: %10lu   Non-maskable interrupts\n", (unsigned long)nmi_count());
	seq_printf(m, "LOC: %10lu   Local timer interrupts\n", (unsigned long)timer_interrupt_count());
	return 0;
}

static int show_mtrr(struct seq_file *m, void *arg)
{
	const struct mtrr_state *s = &mtrr_state;

	for (unsigned int i = 0; i < s->nr; i++) {
		const struct mtrr_range *r = &s->var[i];

		if (r->size)
			seq_printf(m, "reg%02u: base=0x%09lx (%5luMB), size=%5lu%s, count=1: %s\n", i, (unsigned long)r->base,
				   (unsigned long)(r->base >> 20), (unsigned long)(r->size >> 20 ? r->size >> 20 : r->size >> 10),
				   r->size >> 20 ? "MB" : "KB", mtrr_type_name(r->type));
	}
	return 0;
}

/* Uncached RAM makes a machine ten times slower, and it is the firmware's doing. */
static void check_ram_types(void)
{
	for (unsigned int i = 0; i < e820_table.nr; i++) {
		struct range r = e820_table.e[i].r;

		if (e820_table.e[i].type != E820_TYPE_RAM)
			continue;
		for (phys_addr_t pa = r.start, end; pa < r.end; pa = end) {
			end = mtrr_run_end(pa);
			if (end > r.end)
				end = r.end;
			if (mtrr_type_at(pa) != MTRR_WB)
				pr_warn("mtrr: RAM [mem 0x%010lx-0x%010lx] is %s: it will be slow; a firmware update may help\n",
					(unsigned long)pa, (unsigned long)end - 1, mtrr_type_name(mtrr_type_at(pa)));
		}
	}
}

void cpu_proc_init(void)
{
	check_ram_types();
	if (proc_create("interrupts", 0444, show_interrupts, NULL) || proc_create("mtrr", 0444, show_mtrr, NULL))
		pr_warn("no memory for /proc/interrupts and /proc/mtrr\n");
}
