/* SPDX-License-Identifier: MIT */
/* pid 1: the first program in ring 3. */
#include <fs/fs.h>
#include <lib/cmdline.h>
#include "internal.h"

#define INIT_ARGS_MAX 32

static const char *init_path;

static const char *init_failure(int err)
{
	switch (-err) {
	case ENOENT: return "it (or the interpreter that it names) is not in the initramfs";
	case EACCES: return "it is not an executable file";
	case ENOEXEC: return "it is not an x86-64 ELF program";
	case ELIBBAD: return "its interpreter is damaged";
	default: return "it can't be started";
	}
}

/* Words of the boot line after "--". */
static unsigned int split_args(char *words, const char **argv, unsigned int n)
{
	while (*words && n < INIT_ARGS_MAX) {
		while (*words == ' ')
			words++;
		if (!*words)
			break;
		argv[n++] = words;
		while (*words && *words != ' ')
			words++;
		if (*words)
			*words++ = 0;
	}
	return n;
}

/* On pid 1's stack, before its first ring-3 instruction. */
static void init_first_run(void)
{
	static const char *argv[INIT_ARGS_MAX + 1];
	static const char *const envp[] = { "HOME=/", "TERM=xterm-256color", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	static char words[CMDLINE_MAX];
	char console[32];
	int err;

	schedule_tail();
	local_irq_enable();
	if (cmdline_get("console", console, sizeof(console)) <= 0)
		console[0] = 0;
	err = open_stdio(console[0] ? console : NULL);
	if (err)
		pr_warn("init has no console: %s\n", errno_name(-err));
	argv[0] = init_path;
	strscpy(words, cmdline_init_args(), sizeof(words));
	split_args(words, argv, 1);
	err = kernel_execve(init_path, argv, envp);
	/* EFAULT: its arguments are ours, so what could not be written is memory that could not be had. */
	if (err == -ENOMEM || err == -EFAULT)
		panic("no memory to run %s as init: give the machine more", init_path);
	if (err)
		panic("%s can't run as init: %s (%s). Try another one with init=", init_path, init_failure(err), errno_name(-err));
	local_irq_disable();
}

void start_init(const char *path)
{
	struct task_struct *t;

	init_path = path;
	t = create_init_task(init_first_run);
	if (t == ERR_PTR(-ENOMEM))
		panic("no memory for pid 1: give the machine more");
	if (IS_ERR(t))
		panic("pid 1 can't be made: %s", errno_name(-(int)PTR_ERR(t)));
	wake_up_new_task(t);
	cpu_idle();
}
