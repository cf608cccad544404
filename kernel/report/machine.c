// SPDX-License-Identifier: MIT
/* Page: the machine, its firmware, its memory modules, how it was booted. */
#include "internal.h"
#include <console/console.h>
#include <drivers/smbios.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <x86/cpu.h>

static const char *or_unknown(const char *text)
{
	return *text ? text : "(not said)";
}

static void cpu_lines(struct rpt *r)
{
	const struct cpu_info *c = &boot_cpu;
	const char *brand = c->brand;

	while (*brand == ' ')
		brand++;
	rpt_field(r, "processor", "%s", *brand ? brand : c->vendor);
	rpt_field(r, "", "%u physical, %u virtual address bits (48 used), TSC %u.%03u GHz", c->phys_bits, c->virt_bits,
		  (u32)(c->tsc_khz / 1000000), (u32)(c->tsc_khz / 1000 % 1000));
	rpt_field(r, "protection", "%s%s%s%s%s", c->nx ? "NX " : C_BAD "no NX " C_END, c->smep ? "SMEP " : "", c->smap ? "SMAP " : "",
		  c->umip ? "UMIP " : "", c->la57_on ? "5-level paging on " : "");
	rpt_field(r, "paging", "4 KiB, 2 MiB%s pages%s%s", c->page1gb ? ", 1 GiB" : "", c->pge ? ", global" : "",
		  c->pcid ? ", PCID" : "");
}

static bool same_module(const struct smbios_module *a, const struct smbios_module *b)
{
	return a->size == b->size && a->size_unknown == b->size_unknown && a->type == b->type && a->form_factor == b->form_factor &&
	       a->speed == b->speed && !strcmp(a->manufacturer, b->manufacturer) && !strcmp(a->part, b->part);
}

/* Modules that are alike and come one after the other share a line. */
static void module_lines(struct rpt *r)
{
	unsigned int n;

	for (unsigned int i = 0; i < smbios_info.nr_modules; i += n) {
		const struct smbios_module *m = &smbios_info.module[i];
		char size[SIZE_TEXT], count[8] = "";

		for (n = 1; i + n < smbios_info.nr_modules && same_module(m, m + n); n++)
			;
		if (n > 1)
			snprintf(count, sizeof(count), "%2u x", n);
		rpt(r, "    %-18.18s %4s ", m->locator, count);
		if (!m->size && !m->size_unknown) {
			rpt(r, C_DIM "%9s" C_END "\n", "empty");
			continue;
		}
		rpt(r, C_HEAD "%s" C_END "  %s %s", m->size_unknown ? "size unknown" : size_text(m->size, size),
		    smbios_memory_type(m->type), smbios_form_factor(m->form_factor));
		if (m->speed)
			rpt(r, ", %u MT/s", m->speed);
		rpt(r, "  " C_DIM "%.16s %.20s" C_END "\n", m->manufacturer, m->part);
	}
}

static void memory_lines(struct rpt *r)
{
	u64 installed = smbios_installed_bytes(&smbios_info);
	char size[SIZE_TEXT];
	unsigned int used = 0;

	if (!installed) {
		rpt_field(r, "memory", "the firmware does not say what is installed");
		return;
	}
	for (unsigned int i = 0; i < smbios_info.nr_modules; i++)
		used += smbios_info.module[i].size != 0;
	rpt_field(r, "memory", C_HEAD "%s" C_END " installed: %u of %u slots%s", size_word(installed, size), used,
		  smbios_info.nr_modules, smbios_info.ecc ? ", with ECC" : "");
	module_lines(r);
}

static void boot_lines(struct rpt *r)
{
	const struct bootinfo *bi = &report_bootinfo;
	unsigned int cols, rows;
	char size[SIZE_TEXT];

	fbcon_size(&cols, &rows);
	if (cols)
		rpt_field(r, "screen", "%ux%u pixels at %#llx, %ux%u characters", bi->fb.width, bi->fb.height,
			  (unsigned long long)bi->fb.base, cols, rows);
	else
		rpt_field(r, "screen", "none");
	rpt_field(r, "kernel", "at physical %#llx, %s (phys_base %#llx)", (unsigned long long)bi->kernel.addr,
		  size_word(bi->kernel.size, size), (unsigned long long)bi->kernel_phys_base);
	rpt_field(r, "initramfs", "at physical %#llx, %s", (unsigned long long)bi->initramfs.addr,
		  size_word(bi->initramfs.size, size));
	rpt_field(r, "options", "%.*s", (int)r->cols - 18, cmdline_text());
	if (bi->tsc_khz)
		rpt_field(r, "time", "%u ms in the loader, %u ms since the firmware was left",
			  (u32)((bi->tsc_exit - bi->tsc_entry) / bi->tsc_khz), (u32)((rdtsc() - bi->tsc_exit) / bi->tsc_khz));
}

/* The answer that most people came for; the last page has it in full. */
static void summary(struct rpt *r)
{
	char installed[SIZE_TEXT], usable[SIZE_TEXT], kept[SIZE_TEXT], free[SIZE_TEXT];
	static struct account a;

	account_all(&a);
	rpt(r, "\n");
	account_picture(r, &a);
	rpt(r, "\n  " C_HEAD "%s" C_END " %s, " C_HEAD "%s" C_END " usable, " C_RAM "%s" C_END " free now.\n  The firmware keeps "
	    C_FIRMWARE "%s" C_END ".\n", size_word(a.installed ? a.installed : a.listed, installed), a.installed ? "installed" : "listed",
	    size_word(a.m.usable, usable), size_word(a.m.bytes[MEM_FREE] + a.m.bytes[MEM_PCP] + a.m.bytes[MEM_UNTOUCHED], free),
	    size_word(a.listed - a.m.usable + a.unlisted, kept));
}

void page_machine(struct rpt *r)
{
	const struct smbios_info *s = &smbios_info;

	rpt_section(r, "This machine");
	rpt_field(r, "machine", C_HEAD "%s %s" C_END " %s", s->manufacturer, or_unknown(s->product), s->version);
	if (s->board_product[0])
		rpt_field(r, "board", "%s %s", s->board_manufacturer, s->board_product);
	rpt_field(r, "firmware", "%s %s, %s", or_unknown(s->bios_vendor), s->bios_version, s->bios_date);
	rpt_field(r, "", "UEFI %u.%u by %s, revision %#x; SMBIOS %u.%u", report_bootinfo.uefi_revision >> 16,
		  (report_bootinfo.uefi_revision & 0xffff) / 10, or_unknown(report_bootinfo.firmware_vendor),
		  report_bootinfo.firmware_revision, s->major, s->minor);
	cpu_lines(r);
	memory_lines(r);
	boot_lines(r);
	summary(r);
}
