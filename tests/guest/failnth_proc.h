/* SPDX-License-Identifier: MIT */
/* failnth.c: /proc, /sys and mounts. */
#include "failnth.h"

static long open_proc(void) { return ret(open("/proc/self/maps", O_RDONLY)); }
static long open_task(void) { return ret(open("/proc/self/task", O_RDONLY)); }
static long do_stat_proc(void) { struct stat st; return ret(stat("/proc/self/status", &st)); }
static long do_readlink(void) { return ret(readlink("/proc/self/exe", buf, 200)); }
static void setup_dir(void) { fd = open("/proc/self/fd", O_RDONLY); }
static void setup_maps(void) { fd = open("/proc/self/smaps", O_RDONLY); }
static void setup_proc_stat(void) { fd = open("/proc/stat", O_RDONLY); }
static long do_read_start(void) { return ret(pread(fd, buf, 60000, 0)); }
static void setup_pagemap(void) { fd = open("/proc/self/pagemap", O_RDONLY); }
static void setup_comm(void) { fd = open("/proc/self/comm", O_RDWR); }
static long do_write_proc(void)
{
	return ret(pwrite(fd, "failnth with a long text, longer than sixty-four characters for the buffer", 70, 0));
}
static void setup_mem_file(void) { fd = open("/proc/self/mem", O_RDONLY); }
static long read_mem(void) { return ret(pread(fd, buf, 60000, (off_t)(unsigned long)&buf[100000])); }
static long do_read_all(void)
{
	long n, all = 0;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, 4000)) > 0)
		all += n;
	return n < 0 ? -errno : all;
}

#define READS(id, path) static void setup_##id(void) { fd = open(path, O_RDONLY); }
READS(status, "/proc/self/status")
READS(statm, "/proc/self/statm")
READS(limits, "/proc/self/limits")
READS(environ, "/proc/self/environ")
READS(cmdline, "/proc/self/cmdline")
READS(auxv, "/proc/self/auxv")
READS(rollup, "/proc/self/smaps_rollup")
READS(numa_maps, "/proc/self/numa_maps")
READS(mountinfo, "/proc/self/mountinfo")
READS(meminfo, "/proc/meminfo")
READS(slabinfo, "/proc/slabinfo")
READS(vmallocinfo, "/proc/vmallocinfo")
READS(zoneinfo, "/proc/zoneinfo")
READS(pagetypeinfo, "/proc/pagetypeinfo")
READS(iomem, "/proc/iomem")
READS(kpageflags, "/proc/kpageflags")
READS(interrupts, "/proc/interrupts")
READS(sysvipc, "/proc/sysvipc/shm")
READS(config, "/proc/config.gz")
READS(report, "/proc/atlas/report")
READS(accounting, "/proc/atlas/accounting")
READS(tables, "/sys/kernel/debug/page_tables/kernel")
READS(thp, "/sys/kernel/mm/transparent_hugepage/enabled")
#undef READS

static long do_mount(void) { return ret(mount("none", D "sub", "tmpfs", 0, "size=1m,mode=755")); }
static void undo_mount(long r) { umount(D "sub"); }
static long do_mount_proc(void) { return ret(mount("none", D "sub", "proc", 0, NULL)); }
static long do_mount_sysfs(void) { return ret(mount("none", D "sub", "sysfs", 0, NULL)); }
static long do_remount(void) { return ret(mount(NULL, D "sub", NULL, MS_REMOUNT | MS_RDONLY, "size=2m")); }
static void setup_mount(void) { do_mount(); }
static void close_mount(void) { umount(D "sub"); }
static long do_umount(void) { return ret(umount2(D "sub", MNT_DETACH)); }
static void undo_umount(long r) { do_mount(); }
static long stat_mounted(void) { struct stat st; return ret(stat(D "sub/../sub/x", &st)); }

static const struct row proc_rows[] = {
	ROW("open /proc/self/maps", open_proc, undo_close),
	ROW("open /proc/self/task", open_task, undo_close),
	ROW("stat in /proc", do_stat_proc),
	ROW("readlink", do_readlink),
	ROW("getdents of /proc/self/fd", do_getdents, NULL, setup_dir, close_fd),
	ROW("read smaps", do_read_start, NULL, setup_maps, close_fd),
	ROW("read /proc/stat", do_read_start, NULL, setup_proc_stat, close_fd),
	ROW("read pagemap", do_read_start, NULL, setup_pagemap, close_fd),
	ROW("write comm", do_write_proc, NULL, setup_comm, close_fd),
	ROW("mount", do_mount, undo_mount),
	ROW("mount of proc", do_mount_proc, undo_mount, .also = EBUSY),
	ROW("mount of sysfs", do_mount_sysfs, undo_mount, .also = EBUSY),
	ROW("mount MS_REMOUNT", do_remount, NULL, setup_mount, close_mount),
	ROW("umount2", do_umount, undo_umount, setup_mount, close_mount),
	ROW("stat across a mount", stat_mounted, NULL, setup_mount, close_mount, ENOENT),
	ROW("read /proc/self/mem", read_mem, NULL, setup_mem_file, close_fd, EIO),
	ROW("read /proc/self/status", do_read_all, NULL, setup_status, close_fd),
	ROW("read /proc/self/statm", do_read_all, NULL, setup_statm, close_fd),
	ROW("read /proc/self/limits", do_read_all, NULL, setup_limits, close_fd),
	ROW("read /proc/self/environ", do_read_all, NULL, setup_environ, close_fd),
	ROW("read /proc/self/cmdline", do_read_all, NULL, setup_cmdline, close_fd),
	ROW("read /proc/self/auxv", do_read_all, NULL, setup_auxv, close_fd),
	ROW("read /proc/self/smaps_rollup", do_read_all, NULL, setup_rollup, close_fd),
	ROW("read /proc/self/numa_maps", do_read_all, NULL, setup_numa_maps, close_fd),
	ROW("read /proc/self/mountinfo", do_read_all, NULL, setup_mountinfo, close_fd),
	ROW("read /proc/meminfo", do_read_all, NULL, setup_meminfo, close_fd),
	ROW("read /proc/slabinfo", do_read_all, NULL, setup_slabinfo, close_fd),
	ROW("read /proc/vmallocinfo", do_read_all, NULL, setup_vmallocinfo, close_fd),
	ROW("read /proc/zoneinfo", do_read_all, NULL, setup_zoneinfo, close_fd),
	ROW("read /proc/pagetypeinfo", do_read_all, NULL, setup_pagetypeinfo, close_fd),
	ROW("read /proc/iomem", do_read_all, NULL, setup_iomem, close_fd),
	ROW("read /proc/kpageflags", do_read_all, NULL, setup_kpageflags, close_fd),
	ROW("read /proc/interrupts", do_read_all, NULL, setup_interrupts, close_fd),
	ROW("read /proc/sysvipc/shm", do_read_all, NULL, setup_sysvipc, close_fd),
	ROW("read /proc/config.gz", do_read_all, NULL, setup_config, close_fd),
	ROW("read /proc/atlas/report", do_read_all, NULL, setup_report, close_fd),
	ROW("read /proc/atlas/accounting", do_read_all, NULL, setup_accounting, close_fd),
	ROW("read /sys/kernel/debug/page_tables/kernel", do_read_all, NULL, setup_tables, close_fd),
	ROW("read /sys/kernel/mm/transparent_hugepage/enabled", do_read_all, NULL, setup_thp, close_fd),
};
