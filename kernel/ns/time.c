/* SPDX-License-Identifier: MIT */
/* Time name spaces: ns/time_ns.h */
#include <ns/time_ns.h>
#include <proc/proc.h>
#include <task/vdso.h>
#include <uapi/time.h>
#include <x86/cpu.h>
#include "internal.h"

#define SECONDS_MAX (INT64_MAX / NSEC_PER_SEC)

static void free_time(struct ns_common *ns)
{
	kfree(container_of(ns, struct time_namespace, ns));
}

static int install_time(struct nsset *set, struct ns_common *ns)
{
	if (!current_is_single_threaded())
		return -EUSERS;
	if (!nsset_capable(set, ns))
		return -EPERM;
	get_ns(ns);
	put_ns(&set->proxy->time_for_children->ns);
	set->proxy->time_for_children = container_of(ns, struct time_namespace, ns);
	return 0;
}

static const struct ns_operations time_operations = {
	.name = "time", .type = CLONE_NEWTIME, .kind = NS_TIME, .free = free_time, .install = install_time,
};

struct time_namespace init_time_ns = {
	.ns = { ATOMIC_INIT(1), PROC_TIME_INIT_INO, &time_operations, &init_user_ns, NULL }, .frozen = true,
};

struct time_namespace *copy_time_ns(struct user_namespace *owner, const struct time_namespace *old)
{
	struct time_namespace *n = kzalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return ERR_PTR(-ENOMEM);
	n->monotonic = old->monotonic;
	n->boottime = old->boottime;
	err = ns_init(&n->ns, &time_operations, owner);
	if (!err)
		return n;
	kfree(n);
	return ERR_PTR(err);
}

int time_ns_enter(struct nsproxy *p, struct task_struct *t)
{
	struct time_namespace *n = p->time_for_children;
	bool offsets = n->monotonic || n->boottime;

	if (t->mm && offsets != t->timens) {
		int err = vdso_set_fallback(t->mm, offsets);

		if (err)
			return err;
	}
	n->frozen = true;
	t->timens = offsets;
	get_ns(&n->ns);
	put_ns(&p->time->ns);
	p->time = n;
	return 0;
}

s64 __timens_monotonic(void) { return current->nsproxy->time->monotonic; }
s64 __timens_boottime(void) { return current->nsproxy->time->boottime; }

/* --- /proc/PID/timens_offsets ---------------------------------------------------------------- */

static void show_offset(struct seq_file *m, const char *clock, s64 ns)
{
	s64 seconds = ns / NSEC_PER_SEC, rest = ns % NSEC_PER_SEC;

	if (rest < 0) {
		seconds--;
		rest += NSEC_PER_SEC;
	}
	seq_printf(m, "%-10s %10ld %9ld\n", clock, (long)seconds, (long)rest);
}

int timens_offsets_show(struct seq_file *m, struct task_struct *t)
{
	const struct time_namespace *n = t->nsproxy ? t->nsproxy->time_for_children : NULL;

	if (!n)
		return -ESRCH;
	show_offset(m, "monotonic", n->monotonic);
	show_offset(m, "boottime", n->boottime);
	return 0;
}

/* The next word of a line, cut out; NULL: the line is over. */
static char *next_word(char **line)
{
	char *p = *line, *word;

	while (*p == ' ' || *p == '\t')
		p++;
	for (word = p; *p && *p != ' ' && *p != '\t'; p++)
		;
	if (*p)
		*p++ = '\0';
	*line = p;
	return *word ? word : NULL;
}

static bool parse_s64(const char *word, s64 *value)
{
	bool negative = word && *word == '-';
	u64 v;

	if (!word || kstrtou64(word + negative, 10, &v) || v > INT64_MAX)
		return false;
	*value = negative ? -(s64)v : (s64)v;
	return true;
}

/* "CLOCK SECONDS NANOSECONDS", the clock by name or number. The offset's place in @n goes to *slot. */
static int parse_line(char *line, struct time_namespace *n, s64 **slot, s64 *ns)
{
	char *clock = next_word(&line), *seconds = next_word(&line), *rest = next_word(&line);
	s64 s, r;

	if (!clock || !parse_s64(seconds, &s) || !parse_s64(rest, &r) || r < 0 || r >= NSEC_PER_SEC || next_word(&line))
		return -EINVAL;
	if (!strcmp(clock, "monotonic") || !strcmp(clock, "1"))
		*slot = &n->monotonic;
	else if (!strcmp(clock, "boottime") || !strcmp(clock, "7"))
		*slot = &n->boottime;
	else
		return -EINVAL;
	/* The clock stays at or above 0, and below half of what it can count. */
	if (s > SECONDS_MAX || s < -SECONDS_MAX)
		return -ERANGE;
	s += (s64)(ktime_get_ns() / NSEC_PER_SEC);
	if (s < 0 || s > SECONDS_MAX / 2)
		return -ERANGE;
	*ns = (s - (s64)(ktime_get_ns() / NSEC_PER_SEC)) * NSEC_PER_SEC + r;
	return 0;
}

ssize_t timens_offsets_write(struct task_struct *t, const char *buf, size_t n)
{
	struct time_namespace *ns = t->nsproxy ? t->nsproxy->time_for_children : NULL;
	char text[256], *line = text, *end;
	s64 *slot[2], value[2];
	int lines = 0, err;

	if (!ns)
		return -ESRCH;
	if (n >= sizeof(text))
		return -EINVAL;
	memcpy(text, buf, n);
	text[n] = '\0';
	/* As Linux: two at a time, the rest waits for the next write. */
	for (; *line && lines < 2; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		else
			end = line + strlen(line);
		err = parse_line(line, ns, &slot[lines], &value[lines]);
		if (err)
			return err;
		lines++;
	}
	if (!ns_capable(ns->ns.user_ns, CAP_SYS_TIME))
		return -EPERM;
	if (ns->frozen)
		return -EACCES;
	for (int i = 0; i < lines; i++)
		*slot[i] = value[i];
	return (ssize_t)(line - text);
}
