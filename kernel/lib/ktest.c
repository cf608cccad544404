// SPDX-License-Identifier: MIT
/* The runner of in-kernel tests; the list is a linker section. */
#include <lib/ktest.h>
#include <lib/printk.h>
#include <lib/string.h>

#ifndef ATLAS_HOST
extern const struct ktest __start_ktests[], __end_ktests[];

static unsigned int failures;           /* of the running test */
static const char *skipped;

void ktest_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pr_err("# %s:%d: %s\n", file, line, text);
	failures++;
}

void ktest_note(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pr_notice("# %s\n", text);
}

void ktest_skip(const char *why)
{
	skipped = why;
}

/* Tests that end the machine on purpose run only when named. */
static bool selected(const struct ktest *t, const char *prefix, size_t len)
{
	return len ? !strncmp(t->name, prefix, len) : strncmp(t->name, "crash_", 6);
}

unsigned int ktest_run(const char *prefix)
{
	size_t len = prefix ? strlen(prefix) : 0;
	unsigned int n = 0, nr = 0, failed = 0;

	for (const struct ktest *t = __start_ktests; t < __end_ktests; t++)
		nr += selected(t, prefix, len);
	pr_notice("KTAP version 1\n");
	pr_notice("1..%u\n", nr);
	for (const struct ktest *t = __start_ktests; t < __end_ktests; t++) {
		if (!selected(t, prefix, len))
			continue;
		failures = 0;
		skipped = NULL;
		t->fn();
		n++;
		if (failures)
			failed++;
		pr_notice("%s %u %s%s%s\n", failures ? "not ok" : "ok", n, t->name, skipped ? " # SKIP " : "",
			  skipped ? skipped : "");
	}
	pr_notice("# %u passed, %u failed\n", n - failed, failed);
	return failed;
}
#endif
