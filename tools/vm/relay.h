/* SPDX-License-Identifier: MIT */
/* The state of a run, shared by relay.c (processes, descriptors) and streams.c (what the bytes mean). */
#ifndef TOOLS_VM_RELAY_H
#define TOOLS_VM_RELAY_H

#include "sink.h"
#include "vm.h"

#include <stdio.h>

enum { SINK_OUT, SINK_ERR, NR_SINKS };

struct relay {
	struct run *run;
	pid_t qemu;                     /* 0: has ended */
	int port[NR_PORTS];             /* read ends of the guest's ports */
	int stdin_frames;               /* into COM2 */
	size_t stdin_wanted;            /* bytes that the guest has asked for */
	double deadline, done_at;
	struct sink sink[NR_SINKS];
	struct marked marked[2];        /* program's output and error output */
	bool started[2];                /* the first mark has come: what follows is the program's */
	FILE *split[2];                 /* --split: the current program's files */
	size_t program[2];              /* index of the program whose output comes now */
	FILE *log;                      /* --log */
	char line[NR_PORTS][1024];      /* unfinished line of COM1 and COM4 */
	size_t line_length[NR_PORTS];
	char *log_tail;                 /* the last lines of COM1, for a machine that does not start */
	bool ready;                     /* init runs */
	bool done;                      /* all programs ended */
	int exit_code;
};

void streams_open(struct relay *y);
void streams_feed(struct relay *y, int port, const char *bytes, size_t n);
void streams_close(struct relay *y, int code);

#endif
