/* SPDX-License-Identifier: MIT */
/* Calls about the machine as a whole: sysinfo, getrandom, reboot. */
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/filemap.h>
#include <ns/pid_ns.h>
#include <ns/time_ns.h>
#include <ns/user_ns.h>
#include <syscall/syscalls.h>
#include <task/signal.h>
#include <task/task.h>
#include <uapi/utsname.h>
#include <tty/tty.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <uapi/time.h>

SYSCALL(sysinfo)
{
	struct sched_stats st;
	struct sysinfo_abi s;

	memset(&s, 0, sizeof(s));
	sched_get_stats(&st);
	s.uptime = (s64)DIV_ROUND_UP(ktime_get_ns() + (u64)timens_boottime(), (u64)NSEC_PER_SEC);
	for (int i = 0; i < 3; i++)
		s.loads[i] = st.load[i];
	s.totalram = totalram_pages() << PAGE_SHIFT;
	s.freeram = nr_free_pages() << PAGE_SHIFT;
	s.procs = (u16)st.nr_threads;
	s.mem_unit = 1;
	return copy_to_user((void __user *)a0, &s, sizeof(s)) ? -EFAULT : 0;
}

SYSCALL(getrandom)
{
	u64 done = 0, n = (u64)a1;

	if (a2 & ~(long)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (a2 & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if (n > INT32_MAX)
		n = INT32_MAX;
	if (!access_ok((void __user *)a0, n))
		return -EFAULT;
	while (done < n) {
		u64 words[32];
		size_t part = n - done < sizeof(words) ? n - done : sizeof(words);

		for (size_t i = 0; i < (part + 7) / 8; i++)
			words[i] = arch_random();
		if (copy_to_user((u8 __user *)a0 + done, words, part))
			return done ? (long)done : -EFAULT;
		done += part;
		if (signal_pending() && done >= 256)
			break;
	}
	return (long)done;
}

SYSCALL(reboot)
{
	if (!ns_capable(current->pid_ns->ns.user_ns, CAP_SYS_BOOT))
		return -EPERM;
	if ((u32)a0 != LINUX_REBOOT_MAGIC1 || ((u32)a1 != LINUX_REBOOT_MAGIC2 && (u32)a1 != LINUX_REBOOT_MAGIC2A &&
	    (u32)a1 != LINUX_REBOOT_MAGIC2B && (u32)a1 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	if (unlikely(current->pid_ns != &init_pid_ns))
		return reboot_pid_ns(current->pid_ns, (u32)a2);
	switch ((u32)a2) {
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		pr_info("restart asked for by %s[%d]\n", current->comm, current->pid);
		machine_restart();
	case LINUX_REBOOT_CMD_POWER_OFF:
		pr_info("power off asked for by %s[%d]\n", current->comm, current->pid);
		machine_power_off();
	case LINUX_REBOOT_CMD_HALT:
		pr_info("halted by %s[%d]\n", current->comm, current->pid);
		machine_halt();
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	}
	return -EINVAL;
}

SYSCALL(vhangup)
{
	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (current->signal->tty)
		tty_vhangup(current->signal->tty);
	return 0;
}
