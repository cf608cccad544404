/* SPDX-License-Identifier: MIT */
/* System-wide text files of /proc that other folders' data fill: cpuinfo, version, stat, iomem, sys/kernel ... */
#include "config_gz.h"
#include "internal.h"
#include <fs/fasync.h>
#include <asm/io.h>
#include <iomem/resource.h>
#include <lib/cmdline.h>
#include <task/timer.h>
#include <ns/time_ns.h>
#include <ns/uts_ns.h>
#include <x86/cpu.h>

/* --- CPU ------------------------------------------------------------------------------------- */

struct flag_name { u8 bit; const char *name; };

static const struct flag_name leaf1_edx[] = {
	{ 0, "fpu" }, { 1, "vme" }, { 2, "de" }, { 3, "pse" }, { 4, "tsc" }, { 5, "msr" }, { 6, "pae" }, { 7, "mce" }, { 8, "cx8" },
	{ 9, "apic" }, { 11, "sep" }, { 12, "mtrr" }, { 13, "pge" }, { 14, "mca" }, { 15, "cmov" }, { 16, "pat" }, { 17, "pse36" },
	{ 19, "clflush" }, { 21, "dts" }, { 22, "acpi" }, { 23, "mmx" }, { 24, "fxsr" }, { 25, "sse" }, { 26, "sse2" }, { 27, "ss" }, { 28, "ht" },
}, ext1_edx[] = {
	{ 11, "syscall" }, { 20, "nx" }, { 22, "mmxext" }, { 25, "fxsr_opt" }, { 26, "pdpe1gb" }, { 27, "rdtscp" }, { 29, "lm" },
	{ 30, "3dnowext" }, { 31, "3dnow" },
}, leaf1_ecx[] = {
	{ 0, "pni" }, { 1, "pclmulqdq" }, { 3, "monitor" }, { 5, "vmx" }, { 9, "ssse3" }, { 12, "fma" }, { 13, "cx16" }, { 19, "sse4_1" },
	{ 20, "sse4_2" }, { 21, "x2apic" }, { 22, "movbe" }, { 23, "popcnt" }, { 24, "tsc_deadline_timer" }, { 25, "aes" }, { 26, "xsave" },
	{ 28, "avx" }, { 29, "f16c" }, { 30, "rdrand" }, { 31, "hypervisor" },
}, ext1_ecx[] = {
	{ 0, "lahf_lm" }, { 2, "svm" }, { 4, "cr8_legacy" }, { 5, "abm" }, { 6, "sse4a" }, { 7, "misalignsse" }, { 8, "3dnowprefetch" },
}, leaf7_ebx[] = {
	{ 0, "fsgsbase" }, { 3, "bmi1" }, { 5, "avx2" }, { 7, "smep" }, { 8, "bmi2" }, { 9, "erms" }, { 10, "invpcid" }, { 16, "avx512f" },
	{ 18, "rdseed" }, { 19, "adx" }, { 20, "smap" }, { 23, "clflushopt" }, { 24, "clwb" }, { 29, "sha_ni" },
}, leaf7_ecx[] = {
	{ 2, "umip" }, { 3, "pku" }, { 9, "vaes" }, { 10, "vpclmulqdq" }, { 16, "la57" }, { 22, "rdpid" },
}, leaf7_edx[] = { { 4, "fsrm" } };

static void show_flags(struct seq_file *m, const struct flag_name *t, size_t n, u32 word)
{
	for (size_t i = 0; i < n; i++)
		if (word >> t[i].bit & 1)
			seq_printf(m, " %s", t[i].name);
}

static int cpuinfo_show(struct seq_file *m, void *arg)
{
	const struct cpu_info *c = &boot_cpu;
	unsigned long khz = c->tsc_khz;

	seq_printf(m, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n", c->vendor,
		   c->family, c->model, c->brand[0] ? c->brand : "unknown", c->stepping);
	seq_printf(m, "cpu MHz\t\t: %lu.%03lu\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\napicid\t\t: 0\n"
		   "initial apicid\t: 0\nfpu\t\t: yes\nfpu_exception\t: yes\nwp\t\t: yes\nflags\t\t:", khz / 1000, khz % 1000);
	show_flags(m, leaf1_edx, ARRAY_SIZE(leaf1_edx), c->leaf1_edx);
	show_flags(m, ext1_edx, ARRAY_SIZE(ext1_edx), c->ext1_edx);
	show_flags(m, leaf1_ecx, ARRAY_SIZE(leaf1_ecx), c->leaf1_ecx);
	show_flags(m, ext1_ecx, ARRAY_SIZE(ext1_ecx), c->ext1_ecx);
	show_flags(m, leaf7_ebx, ARRAY_SIZE(leaf7_ebx), c->leaf7_ebx);
	show_flags(m, leaf7_ecx, ARRAY_SIZE(leaf7_ecx), c->leaf7_ecx);
	show_flags(m, leaf7_edx, ARRAY_SIZE(leaf7_edx), c->leaf7_edx);
	seq_printf(m, "\nbugs\t\t:\nbogomips\t: %lu.%02lu\nclflush size\t: 64\ncache_alignment\t: 64\n"
		   "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n", khz * 2 / 1000, khz * 2 % 1000 / 10,
		   c->phys_bits, c->virt_bits);
	return 0;
}

/* --- system ---------------------------------------------------------------------------------- */

static int cmdline_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%s\n", cmdline_text());
	return 0;
}

static void seconds(struct seq_file *m, u64 ns)
{
	seq_printf(m, "%lu.%02lu", (unsigned long)(ns / 1000000000), (unsigned long)(ns / 10000000 % 100));
}

static int uptime_show(struct seq_file *m, void *arg)
{
	struct sched_stats s;

	sched_get_stats(&s);
	seconds(m, ktime_get_ns() + (u64)timens_boottime());
	seq_putc(m, ' ');
	seconds(m, s.idle_ns);
	seq_putc(m, '\n');
	return 0;
}

static int loadavg_show(struct seq_file *m, void *arg)
{
	struct sched_stats s;

	sched_get_stats(&s);
	for (int i = 0; i < 3; i++)
		seq_printf(m, "%lu.%02lu ", (unsigned long)(s.load[i] >> 16), (unsigned long)((s.load[i] & 0xffff) * 100 >> 16));
	seq_printf(m, "%u/%u %d\n", s.nr_running, s.nr_threads, pid_ns_last(current->pid_ns));
	return 0;
}

static int stat_show(struct seq_file *m, void *arg)
{
	struct sched_stats s;

	sched_get_stats(&s);
	for (int i = 0; i < 2; i++)
		seq_printf(m, "cpu%s %lu 0 %lu %lu 0 0 0 0 0 0\n", i ? "0" : " ", (unsigned long)(s.user_ns / 10000000),
			   (unsigned long)(s.system_ns / 10000000), (unsigned long)(s.idle_ns / 10000000));
	seq_printf(m, "intr 0\nctxt %lu\nbtime %lu\nprocesses %lu\nprocs_running %u\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
		   (unsigned long)s.switches, (unsigned long)(boot_epoch_seconds() - timens_boottime() / 1000000000), (unsigned long)s.forks, s.nr_running);
	return 0;
}

static int print_resource(const struct resource *res, int depth, void *arg)
{
	struct resource shown = *res;
	char line[160];

	if (!capable(CAP_SYS_ADMIN))
		shown.start = shown.end = 0;    /* others than root see the shape only, as in Linux */
	/* The root itself is not a line. */
	if (depth < 0 || res == &iomem_resource)
		return 0;
	resource_format(&shown, depth, iomem_resource.end, line, sizeof(line));
	seq_puts(arg, line);
	return 0;
}

static int iomem_show(struct seq_file *m, void *arg)
{
	return resource_walk(&iomem_resource, print_resource, m);
}

static int version_show(struct seq_file *m, void *arg)
{
	const struct utsname_abi *u = utsname();

	seq_printf(m, "%s version %s (gcc %s) %s\n", u->sysname, u->release, __VERSION__, u->version);
	return 0;
}

static int text_show(struct seq_file *m, void *arg)
{
	seq_puts(m, arg);
	return 0;
}

static ssize_t config_read(void *buf, size_t n, u64 pos, void *arg)
{
	if (pos >= config_gz_size)
		return 0;
	n = min(n, (size_t)(config_gz_size - pos));
	memcpy(buf, config_gz + pos, n);
	return n;
}

/* @kept: this boot's number, made by the first who asks; NULL: a new one each time. */
static int random_uuid_show(struct seq_file *m, void *kept)
{
	u64 *boot = kept, a = boot && boot[0] ? boot[0] : arch_random(), b = boot && boot[0] ? boot[1] : arch_random();

	if (boot) {
		boot[0] = a;
		boot[1] = b;
	}
	seq_printf(m, "%08lx-%04lx-4%03lx-%04lx-%012lx\n", (unsigned long)(a >> 32), (unsigned long)(a >> 16 & 0xffff), (unsigned long)(a & 0xfff),
		   (unsigned long)(b >> 48 & 0x3fff) | 0x8000, (unsigned long)(b & 0xffffffffffff));
	return 0;
}

static int pipe_pages_soft = 16384, pipe_pages_hard, aslr = 2, ngroups_max = NGROUPS_MAX, cap_last = 40,
	threads_max = 32768, dmesg_restrict, kptr_restrict, perf_paranoid = 2, sysrq, panic_timeout, suid_dumpable, protected_links = 1,
	rt_period_us = 1000000;

static const struct { const char *path; struct sysctl_int s; bool writable; } sysctls[] = {
	{ "sys/kernel/pid_max", { &sysctl_pid_max, 301, 32768 }, true },
	{ "sys/kernel/sched_rt_runtime_us", { &sysctl_sched_rt_runtime_us, -1, 1000000 }, true },
	{ "sys/kernel/sched_rt_period_us", { &rt_period_us, 1000000, 1000000 }, false },
	{ "sys/kernel/threads-max", { &threads_max, 20, 4194304 }, false },
	{ "sys/kernel/randomize_va_space", { &aslr, 0, 2 }, false },
	{ "sys/kernel/ngroups_max", { &ngroups_max, 0, 0 }, false },
	{ "sys/kernel/cap_last_cap", { &cap_last, 0, 0 }, false },
	{ "sys/kernel/overflowuid", { &overflowuid, 0, 65535 }, true },
	{ "sys/kernel/overflowgid", { &overflowgid, 0, 65535 }, true },
	{ "sys/kernel/core_uses_pid", { &core_uses_pid, 0, 1 }, true },
	{ "sys/kernel/dmesg_restrict", { &dmesg_restrict, 0, 1 }, true },
	{ "sys/kernel/kptr_restrict", { &kptr_restrict, 0, 2 }, true },
	{ "sys/kernel/perf_event_paranoid", { &perf_paranoid, -1, 4 }, true },
	{ "sys/kernel/sysrq", { &sysrq, 0, 511 }, true },
	{ "sys/kernel/panic", { &panic_timeout, -1, 1 << 30 }, true },
	{ "sys/fs/nr_open", { &sysctl_nr_open, 64, 1 << 30 }, true },
	{ "sys/fs/pipe-max-size", { &pipe_max_size, 4096, 1 << 30 }, true },
	{ "sys/fs/pipe-user-pages-soft", { &pipe_pages_soft, 0, 1 << 30 }, true },
	{ "sys/fs/pipe-user-pages-hard", { &pipe_pages_hard, 0, 1 << 30 }, true },
	{ "sys/fs/dir-notify-enable", { &dir_notify_enable, 0, 1 }, true },
	{ "sys/fs/lease-break-time", { &lease_break_time, 0, 0x7fffffff }, true },
	{ "sys/fs/inotify/max_queued_events", { &inotify_max_queued_events, 0, 0x7fffffff }, true },
	{ "sys/fs/inotify/max_user_instances", { &inotify_max_user_instances, 0, 0x7fffffff }, true },
	{ "sys/fs/inotify/max_user_watches", { &inotify_max_user_watches, 0, 0x7fffffff }, true },
	{ "sys/fs/suid_dumpable", { &suid_dumpable, 0, 2 }, true },
	{ "sys/fs/protected_hardlinks", { &protected_links, 0, 1 }, false },
};

static int line_show(struct seq_file *m, void *field)
{
	seq_printf(m, "%s\n", (const char *)field);
	return 0;
}

static ssize_t write_line(char *field, size_t size, const char *buf, size_t n)
{
	char *end;

	strscpy(field, buf, size);
	end = strchr(field, '\n');
	if (end)
		*end = '\0';
	return (ssize_t)n;
}

static ssize_t core_pattern_write(const char *buf, size_t n, void *field)
{
	return write_line(field, CORE_PATTERN_MAX, buf, n);
}

static void text_file(const char *path, const char *text)
{
	if (proc_create(path, 0444, text_show, (void *)text))
		pr_err("proc: cannot make %s\n", path);
}

/* One CPU, as programs that count them look for it. */
static void cpu_sysfs_init(void)
{
	static const char *const zero[] = { "online", "possible", "present", "cpu0/topology/core_id", "cpu0/topology/physical_package_id",
		"cpu0/topology/core_cpus_list", "cpu0/topology/package_cpus_list", "cpu0/topology/thread_siblings_list" };
	char path[80];

	for (size_t i = 0; i < ARRAY_SIZE(zero); i++) {
		scnprintf(path, sizeof(path), "devices/system/cpu/%s", zero[i]);
		if (sysfs_create(path, 0444, text_show, NULL, (void *)"0\n") < 0)
			pr_err("proc: cannot make %s\n", path);
	}
}

void proc_misc_init(void)
{
	static const struct { const char *path; proc_show_fn show; } files[] = {
		{ "cpuinfo", cpuinfo_show }, { "cmdline", cmdline_show }, { "uptime", uptime_show }, { "loadavg", loadavg_show },
		{ "stat", stat_show }, { "iomem", iomem_show }, { "version", version_show },
		{ "sys/kernel/random/uuid", random_uuid_show },
	};
	static u64 boot_id[2];

	const struct { const char *path; char *field; proc_write_fn write; } lines[] = {
		{ "sys/kernel/core_pattern", core_pattern, core_pattern_write },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (proc_create(files[i].path, 0444, files[i].show, NULL))
			pr_err("proc: cannot make %s\n", files[i].path);
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++)
		if (proc_create_rw(sysctls[i].path, sysctls[i].writable ? 0644 : 0444, sysctl_show_int,
				   sysctls[i].writable ? sysctl_write_int : NULL, (void *)&sysctls[i].s))
			pr_err("proc: cannot make %s\n", sysctls[i].path);
	if (proc_create("sys/kernel/random/boot_id", 0444, random_uuid_show, boot_id))
		pr_err("proc: cannot make boot_id\n");
	text_file("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	text_file("devices", "Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n  5 /dev/console\n136 pts\n\nBlock devices:\n");
	text_file("partitions", "major minor  #blocks  name\n\n");
	text_file("modules", "");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (proc_create_rw(lines[i].path, lines[i].write ? 0644 : 0444, line_show, lines[i].write, lines[i].field))
			pr_err("proc: cannot make %s\n", lines[i].path);
	text_file("sys/kernel/tainted", "0\n");
	text_file("sys/kernel/random/entropy_avail", "256\n");
	text_file("sys/kernel/random/poolsize", "256\n");
	text_file("sys/fs/file-max", "9223372036854775807\n");
	if (proc_create_raw("config.gz", 0444, config_read, NULL))
		pr_err("proc: cannot make config.gz\n");
	cpu_sysfs_init();
	proc_memory_init();
}
