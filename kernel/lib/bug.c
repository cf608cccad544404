// SPDX-License-Identifier: MIT
/* panic, BUG and WARN: say it, show how we came here, stop (or go on, for a warning). */
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>

unsigned int warn_count;
bool panic_in_progress;

static void (*backtrace_hook)(void);
static void (*stop_hook)(void);

void bug_set_hooks(void (*backtrace)(void), void (*stop)(void))
{
	backtrace_hook = backtrace;
	stop_hook = stop;
}

/* A second fault on the way out must not loop: then only stop. */
static void __noreturn die(const char *headline, const char *fmt, va_list ap)
{
	static char text[512];
	static int depth;
	int level = __atomic_fetch_add(&depth, 1, __ATOMIC_RELAXED);

	panic_in_progress = true;
	if (level == 0) {
		vscnprintf(text, sizeof(text), fmt, ap);
		printk_level(LOG_EMERG, "%s%s\n", headline, text);
		if (backtrace_hook)
			backtrace_hook();
	} else if (level == 1) {
		printk_level(LOG_EMERG, "and again while that was reported: %s\n", headline);
	}
	if (level < 3 && stop_hook)
		stop_hook();
	__builtin_trap();
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	die("Kernel panic: ", fmt, ap);
}

void __bug(const char *file, int line, const char *fmt, ...)
{
	static char where[128];
	va_list ap;

	scnprintf(where, sizeof(where), "BUG at %s:%d: ", file, line);
	va_start(ap, fmt);
	die(where, fmt, ap);
}

void __warn(const char *file, int line, const char *what)
{
	warn_count++;
	pr_warn("WARNING at %s:%d: %s\n", file, line, what);
	if (backtrace_hook)
		backtrace_hook();
}
