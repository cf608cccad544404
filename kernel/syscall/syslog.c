/* SPDX-License-Identifier: MIT */
/* syslog(2): the log as dmesg(1) reads it, and how much of it the consoles show (/proc/sys/kernel/printk too). */
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>

enum { READ = 2, READ_ALL = 3, READ_CLEAR = 4, CLEAR = 5, CONSOLE_OFF = 6, CONSOLE_ON = 7, CONSOLE_LEVEL = 8, SIZE_UNREAD = 9, SIZE_BUFFER = 10 };

static u64 read_pos, clear_pos;         /* [1] what READ has taken; where READ_ALL begins */

/* Linux's console level is one more than the last level shown. */
static void set_console_level(int level)
{
	console_set_level((enum loglevel)(level - 1));
}

/* Moves @pos on by at most @size bytes of the log, and says by how many: there were no more. */
static u64 skip_log(u64 *pos, u64 size)
{
	u64 done = 0, n;
	char buf[256];

	while (done < size && (n = printk_read(pos, buf, min(size - done, (u64)sizeof(buf)))))
		done += n;
	return done;
}

static long copy_log(u64 *pos, u8 __user *to, u64 size)
{
	u64 done = 0;
	char buf[256];

	while (done < size) {
		size_t n = printk_read(pos, buf, min(size - done, (u64)sizeof(buf)));

		if (!n)
			break;
		if (copy_to_user(to + done, buf, n))
			return -EFAULT;
		done += n;
	}
	return (long)done;
}

static long read_log(int type, u8 __user *to, int size)
{
	u64 pos = clear_pos, end = pos, all;
	long n;

	if (!to || size < 0)
		return -EINVAL;
	if (!access_ok(to, (u64)size))
		return -EFAULT;
	if (type == READ)
		return copy_log(&read_pos, to, (u64)size);
	all = skip_log(&end, ~0UL);
	if (all > (u64)size)
		skip_log(&pos, all - (u64)size); /* the last @size bytes */
	n = copy_log(&pos, to, (u64)size);
	if (type == READ_CLEAR && n >= 0)
		clear_pos = end;
	return n;
}

SYSCALL(syslog)
{
	static int saved_level;
	int type = (int)a0, level = (int)a2;
	u64 pos;

	if (type < 0 || type > SIZE_BUFFER)
		return -EINVAL;
	if (type != READ_ALL && type != SIZE_BUFFER && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (type) {
	case READ:
	case READ_ALL:
	case READ_CLEAR:
		return read_log(type, (u8 __user *)a1, level);
	case CLEAR:
		skip_log(&clear_pos, ~0UL);
		return 0;
	case CONSOLE_OFF:
		if (!saved_level)
			saved_level = (int)console_level() + 1;
		set_console_level(1);
		return 0;
	case CONSOLE_ON:
		if (saved_level)
			set_console_level(saved_level);
		saved_level = 0;
		return 0;
	case CONSOLE_LEVEL:
		if (level < 1 || level > 8)
			return -EINVAL;
		set_console_level(level);
		saved_level = 0;
		return 0;
	case SIZE_UNREAD:
		pos = read_pos;
		return (long)skip_log(&pos, ~0UL);
	case SIZE_BUFFER:
		return PRINTK_RING_SIZE;
	}
	return 0;               /* open, close */
}

/* Console level, level of messages without one, lowest console level, console level at boot. */
static int printk_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%d\t4\t1\t7\n", (int)console_level() + 1);
	return 0;
}

static ssize_t printk_write(const char *buf, size_t n, void *arg)
{
	int level = buf[0] - '0';

	if (level < 1 || level > 8 || (buf[1] >= '0' && buf[1] <= '9'))
		return -EINVAL;
	set_console_level(level);
	return (ssize_t)n;
}

void syslog_init(void)
{
	if (proc_create_rw("sys/kernel/printk", 0644, printk_show, printk_write, NULL))
		pr_err("syslog: cannot make /proc/sys/kernel/printk\n");
}
