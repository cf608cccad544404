/* SPDX-License-Identifier: MIT */
/* The tree of files that the boot makes before the initramfs is unpacked. */
#include "internal.h"
#include <proc/proc.h>
#include <tty/tty.h>

static void must(int err, const char *what)
{
	if (err == -ENOMEM || err == -ENOSPC)   /* tmpfs without memory is full */
		panic("fs: no memory for %s: give the machine more", what);
	if (err)
		panic("fs: %s: %s", what, errno_name(-err));
}

static void boot_dir(const char *path, u32 mode)
{
	int err = kern_mknod(path, S_IFDIR | mode, 0);

	if (err && err != -EEXIST)
		must(err, path);
}

void vfs_init(void)
{
	mutex_init(&namespace_lock);
	tmpfs_register();
	devtmpfs_register();
	procfs_register();
	devpts_register();
	must(mount_root("mode=755,size=0,nr_inodes=0"), "the root file system");
	current->fs = &init_fs;
	current->files = &init_files;
	init_fs.umask = 0;
	boot_dir("/dev", 0755);
	boot_dir("/proc", 0555);
	boot_dir("/sys", 0555);
	boot_dir("/tmp", 01777);
	boot_dir("/root", 0700);
	mem_devices_init();
	userfaultfd_init();
	must(do_mount_kernel("devtmpfs", "devtmpfs", "/dev", MS_NOSUID, "mode=755"), "/dev");
	boot_dir("/dev/shm", 01777);
	boot_dir("/dev/pts", 0755);
	must(do_mount_kernel("devpts", "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, NULL), "/dev/pts");
	must(do_mount_kernel("tmpfs", "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"), "/dev/shm");
	must(do_mount_kernel("proc", "proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/proc");
	must(do_mount_kernel("sysfs", "sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/sys");
	init_fs.umask = 022;
	must(filesystems_init(), "/proc/filesystems");
	proc_misc_init();
}
