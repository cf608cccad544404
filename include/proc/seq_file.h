/* SPDX-License-Identifier: MIT */
/*
 * Text files made by a function. show() prints the whole content into a seq_file; what does not fit sets
 * ->overflow and the reader calls show() again with a larger buffer. Pure.
 */
#ifndef PROC_SEQ_FILE_H
#define PROC_SEQ_FILE_H

#include <lib/compiler.h>
#include <lib/types.h>

struct pid_namespace;

struct seq_file {
	char *buf;
	size_t size, count;     /* count <= size */
	bool overflow;
	const struct pid_namespace *pid_ns; /* of a file in /proc: whose numbers it shows; else NULL */
};

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *data, size_t n);
/* Blanks up to @column of the current line, at least one (Linux's seq_pad in maps). */
void seq_pad_to(struct seq_file *m, size_t line_start, size_t column);
/* @s with the characters of @escape, and '\\', as \ooo (mounts, maps). */
void seq_escape(struct seq_file *m, const char *s, const char *escape);

#endif
