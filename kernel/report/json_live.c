// SPDX-License-Identifier: MIT
/* The report's JSON, what only the running kernel knows: how it was booted, its layout, the processes; and the document. */
#include "internal.h"
#include "json_report.h"
#include <asm/vmlayout.h>
#include <console/console.h>
#include <drivers/smbios.h>
#include <proc/proc.h>
#include <lib/cmdline.h>
#include <lib/printk.h>
#include <lib/rwsem.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/procmem.h>
#include <mm/ptdump.h>
#include <mm/vmalloc.h>
#include <task/task.h>
#include <ns/uts_ns.h>
#include <uapi/errno.h>
#include <x86/cpu.h>

#define FIRST_SIZE (128UL << 10)
#define LAST_SIZE (32UL << 20)

static void json_cpu(struct json *j)
{
	const struct cpu_info *c = &boot_cpu;
	const char *brand = *c->brand ? c->brand : c->vendor;
	char features[160];

	while (*brand == ' ')
		brand++;
	json_object(j, "cpu");
	json_string(j, "brand", brand);
	json_number(j, "physical_bits", c->phys_bits);
	json_number(j, "virtual_bits", c->virt_bits);
	json_number(j, "tsc_khz", c->tsc_khz);
	json_string(j, "features", cpu_features_text(features, sizeof(features)));
	json_end(j);
}

void json_boot(struct json *j)
{
	const struct bootinfo *bi = &report_bootinfo;
	unsigned int cols, rows;

	fbcon_size(&cols, &rows);
	json_long_object(j, "boot");
	json_string(j, "kernel", init_uts_ns.name.release);
	json_number(j, "time", boot_epoch_seconds() + ktime_get_ns() / 1000000000);
	json_number(j, "uptime_ms", ktime_get_ns() / 1000000);
	json_string(j, "options", cmdline_text());
	json_string(j, "firmware_vendor", bi->firmware_vendor);
	json_hex(j, "firmware_revision", bi->firmware_revision);
	json_hex(j, "uefi_revision", bi->uefi_revision);
	json_hex(j, "kernel_start", bi->kernel.addr);
	json_number(j, "kernel_bytes", bi->kernel.size);
	json_hex(j, "phys_base", bi->kernel_phys_base);
	if (cols) {
		json_object(j, "screen");
		json_number(j, "width", bi->fb.width);
		json_number(j, "height", bi->fb.height);
		json_number(j, "columns", cols);
		json_number(j, "rows", rows);
		json_hex(j, "base", bi->fb.base);
		json_end(j);
	}
	json_cpu(j);
	json_end(j);
}

static void json_verdict(struct json *j)
{
	static struct verdict v;

	kernel_verdict(&v);
	json_long_array(j, "laws");
	for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++) {
		json_object(j, NULL);
		json_string(j, "law", verdict_law_text[i]);
		json_number(j, "broken", v.broken[i]);
		if (v.broken[i])
			json_hex(j, "first", v.where[i]);
		json_end(j);
	}
	json_end(j);
}

void json_layout(struct json *j)
{
	struct region_use u;
	struct vmalloc_stats s;

	json_long_object(j, "layout");
	json_long_array(j, "regions");
	for (unsigned int id = 0; id < NR_VM_REGIONS; id++) {
		const struct vm_region *g = &vm_layout[id];

		region_count(id, &u);
		json_object(j, NULL);
		json_string(j, "name", g->name);
		json_hex(j, "start", g->start);
		json_hex(j, "end", g->end);
		json_string(j, "what", g->purpose);
		json_number(j, "mapped", u.bytes);
		json_number(j, "pages_4k", u.leaves[1]);
		json_number(j, "pages_2m", u.leaves[2]);
		json_number(j, "pages_1g", u.leaves[3]);
		json_end(j);
	}
	json_end(j);
	vmalloc_stats(&s);
	json_object(j, "vmalloc");
	json_number(j, "areas", s.nr_areas);
	json_number(j, "used", s.used);
	json_number(j, "largest_free", s.largest_free);
	json_number(j, "pages", s.nr_pages);
	json_number(j, "stack_pages", s.nr_stack_pages);
	json_end(j);
	json_verdict(j);
	json_end(j);
}

static void json_segment(struct json *j, struct mm_struct *mm, struct vm_area_struct *v)
{
	struct vma_usage u = { 0 };
	char path[128];
	const char perms[] = { v->vm_flags & VM_READ ? 'r' : '-', v->vm_flags & VM_WRITE ? 'w' : '-', v->vm_flags & VM_EXEC ? 'x' : '-',
			       v->vm_flags & VM_SHARED ? 's' : 'p', '\0' };

	vma_usage_add(mm, v, &u);
	json_object(j, NULL);
	json_hex(j, "start", v->vm_start);
	json_hex(j, "end", v->vm_end - 1);
	json_string(j, "perms", perms);
	json_string(j, "kind", segment_word(mm, v));
	json_number(j, "resident", u.rss);
	json_word(j, "name", vma_name(mm, v, path, sizeof(path)));
	json_end(j);
}

static void json_process(struct json *j, struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	json_object(j, NULL);
	json_number(j, "pid", (u64)t->pid);
	json_number(j, "parent", t->parent ? (u64)t->parent->pid : 0);
	json_string(j, "comm", t->comm);
	json_number(j, "mapped", mm->total_vm << PAGE_SHIFT);
	json_number(j, "resident", mm_rss(mm) << PAGE_SHIFT);
	json_number(j, "tables", (u64)mm->nr_ptes << PAGE_SHIFT);
	json_hex(j, "pgd", mm->pgd);
	json_hex(j, "start_code", mm->start_code);
	json_hex(j, "end_code", mm->end_code);
	json_hex(j, "start_data", mm->start_data);
	json_hex(j, "end_data", mm->end_data);
	json_hex(j, "start_brk", mm->start_brk);
	json_hex(j, "brk", mm->brk);
	json_hex(j, "mmap_base", mm->mmap_base);
	json_hex(j, "start_stack", mm->start_stack);
	json_long_array(j, "segments");
	down_read(&mm->mmap_lock);
	for (struct vm_area_struct *v = mm->mmap; v; v = v->vm_next)
		json_segment(j, mm, v);
	up_read(&mm->mmap_lock);
	json_end(j);
	json_end(j);
}

void json_processes(struct json *j)
{
	struct task_struct *t;

	json_long_array(j, "processes");
	for (pid_t pid = 0; (t = next_task_after(pid)); pid = t->pid)
		if (t->mm)
			json_process(j, t);
	json_end(j);
}

static void json_body(struct json *j)
{
	json_long_object(j, NULL);
	json_string(j, "source", "live");
	json_boot(j);
	json_machine(j);
	json_account(j);
	json_firmware_map(j);
	json_e820(j, &e820_table);
	json_iomem(j, &iomem_resource);
	json_zones(j);
	json_sections(j);
	json_layout(j);
	json_processes(j);
	json_end(j);
}

int report_json_write(void (*out)(void *arg, const char *text, size_t len), void *arg)
{
	char head[JSON_HEAD_SIZE];
	struct json j = { .overflow = true };

	for (size_t size = FIRST_SIZE; j.overflow && size <= LAST_SIZE; size *= 2) {
		char *buf = vmalloc(size);

		if (!buf)
			return -ENOMEM;
		json_init(&j, buf, size);
		json_body(&j);
		if (j.overflow)
			vfree(buf);
	}
	if (j.overflow)
		return -ENOMEM;
	out(arg, head, (size_t)json_head(head, j.buf, j.len));
	out(arg, j.buf, j.len);
	out(arg, JSON_TAIL, sizeof(JSON_TAIL) - 1);
	vfree(j.buf);
	return 0;
}

static void to_seq(void *arg, const char *text, size_t len)
{
	seq_write(arg, text, len);
}

static int show(struct seq_file *m, void *arg)
{
	return report_json_write(to_seq, m);
}

void report_json_init(void)
{
	if (proc_create("atlas/report.json", 0400, show, NULL))
		pr_warn("no /proc/atlas/report.json\n");
}
