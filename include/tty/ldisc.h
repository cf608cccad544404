/* SPDX-License-Identifier: MIT */
/*
 * The line discipline N_TTY as a pure machine: input characters in; lines, echo and signals out.
 * Canonical mode: editing (erase, word erase, kill, literal next, reprint), lines ended by NL, EOL, EOL2, EOF.
 * Output post-processing: ONLCR, OCRNL, ONOCR, ONLRET, XTABS, OLCUC. UTF-8 aware erase with IUTF8.
 * Lock: the owner's. termios(3) is the specification.
 */
#ifndef TTY_LDISC_H
#define TTY_LDISC_H

#include <lib/compiler.h>
#include <lib/types.h>
#include <uapi/termios.h>

#define LDISC_BUF 4096          /* power of two; a line holds 4095 bytes */

struct ldisc {
	struct termios_abi t;
	u8 buf[LDISC_BUF];
	u8 mark[LDISC_BUF / 8];         /* this byte ends a line (canonical) */
	u8 eof[LDISC_BUF / 8];          /* ... as EOF: not delivered */
	u64 head;                       /* next byte in */
	u64 commit;                     /* bytes below may be read (raw mode: == head) */
	u64 tail;                       /* next byte out; tail <= commit <= head <= tail + LDISC_BUF */
	unsigned int column;            /* output column, for tabs */
	unsigned int line_column;       /* column at which the edited line started */
	bool lnext;                     /* ^V seen */
	bool stopped;                   /* ^S */
	/* Characters to show, in order. Set by the owner. */
	void (*echo)(void *arg, const char *text, size_t len);
	void *arg;
};

void ldisc_init(struct ldisc *ld, void (*echo)(void *, const char *, size_t), void *arg);
/* One character from the device. The signal to send to the foreground group, or 0. */
int ldisc_receive(struct ldisc *ld, u8 c);
/* Is there something for read() (VMIN counts in raw mode)? */
bool ldisc_readable(const struct ldisc *ld, size_t wanted);
/* Bytes that FIONREAD reports. */
size_t ldisc_available(const struct ldisc *ld);
/* Moves at most @n bytes (canonical: of one line) into @buf. 0 with *eof set: end of file. */
size_t ldisc_read(struct ldisc *ld, u8 *buf, size_t n, bool *eof);
/*
 * Output processing: consumes some of @in, writes at most @size bytes to @out; *used is what was consumed.
 * size >= 8 always makes progress.
 */
size_t ldisc_output(struct ldisc *ld, const char *in, size_t n, char *out, size_t size, size_t *used);
/* New settings; switching out of canonical mode makes pending input readable. */
void ldisc_set_termios(struct ldisc *ld, const struct termios_abi *t);
void ldisc_flush_input(struct ldisc *ld);

#endif
