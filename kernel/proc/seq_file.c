/* SPDX-License-Identifier: MIT */
/* Text into a buffer of limited size (include/proc/seq_file.h). Pure. */
#include <lib/string.h>
#include <proc/seq_file.h>

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count;
	va_list ap;
	int n;

	if (m->overflow)
		return;
	va_start(ap, fmt);
	n = vsnprintf(m->buf + m->count, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		m->overflow = true;
	else
		m->count += n;
}

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	if (m->overflow || n > m->size - m->count) {
		m->overflow = true;
		return;
	}
	memcpy(m->buf + m->count, data, n);
	m->count += n;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_pad_to(struct seq_file *m, size_t line_start, size_t column)
{
	do
		seq_putc(m, ' ');
	while (!m->overflow && m->count - line_start < column);
}

void seq_escape(struct seq_file *m, const char *s, const char *escape)
{
	for (; *s; s++) {
		u8 c = *s;

		if (c != '\\' && !strchr(escape, c)) {
			seq_putc(m, c);
			continue;
		}
		seq_putc(m, '\\');
		seq_putc(m, '0' + (c >> 6));
		seq_putc(m, '0' + (c >> 3 & 7));
		seq_putc(m, '0' + (c & 7));
	}
}
