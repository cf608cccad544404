/* SPDX-License-Identifier: MIT */
/*
 * Output that may be slow: bytes wait in memory until the descriptor takes them, so the guest's serial
 * ports are always emptied at once and never lose a byte, whoever reads vmrun's output.
 */
#ifndef TOOLS_VM_SINK_H
#define TOOLS_VM_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
	int fd;                 /* -1: throw away */
	char *bytes;
	size_t start, end, room;
	bool broken;            /* the reader went away */
};

void sink_put(struct sink *s, const char *bytes, size_t n);
bool sink_waits(const struct sink *s);
/* Writes what can be written without waiting. Call when poll says POLLOUT. */
void sink_step(struct sink *s);
/* Writes everything, waiting. */
void sink_finish(struct sink *s);

#endif
