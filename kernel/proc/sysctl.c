// SPDX-License-Identifier: MIT
/* Numbers in /proc/sys: in decimal, inside their limits. */
#include "internal.h"

int sysctl_show_int(struct seq_file *m, void *arg)
{
	seq_printf(m, "%d\n", *((struct sysctl_int *)arg)->value);
	return 0;
}

static int parse_number(const char *buf, size_t n, s64 *out)
{
	char word[32];
	bool neg;
	u64 v;
	int err;

	while (n && (buf[n - 1] == '\n' || buf[n - 1] == ' '))
		n--;
	while (n && *buf == ' ') {
		buf++;
		n--;
	}
	neg = n && *buf == '-';
	if (n - neg == 0 || n >= sizeof(word))
		return -EINVAL;
	memcpy(word, buf + neg, n - neg);
	word[n - neg] = '\0';
	err = kstrtou64(word, 10, &v);
	*out = neg ? -(s64)v : (s64)v;
	return err;
}

ssize_t sysctl_write_int(const char *buf, size_t n, void *arg)
{
	struct sysctl_int *s = arg;
	s64 v;
	int err = parse_number(buf, n, &v);

	if (err || v < s->min || v > s->max)
		return -EINVAL;
	*s->value = v;
	return n;
}

int sysctl_show_ulong(struct seq_file *m, void *arg)
{
	seq_printf(m, "%lu\n", *((struct sysctl_ulong *)arg)->value);
	return 0;
}

ssize_t sysctl_write_ulong(const char *buf, size_t n, void *arg)
{
	struct sysctl_ulong *s = arg;
	s64 v;
	int err = parse_number(buf, n, &v);

	if (err || v < 0 || (u64)v < s->min || (u64)v > s->max)
		return -EINVAL;
	*s->value = v;
	return n;
}
