/* SPDX-License-Identifier: MIT */
/*
 * N_TTY (include/tty/ldisc.h). The input ring holds [tail, commit) to read and [commit, head) of the line that is
 * still edited.
 *
 * Invariant (ldisc_check in the tests): tail <= commit <= head <= tail + LDISC_BUF.
 */
#include <lib/string.h>
#include <tty/ldisc.h>
#include <uapi/signal.h>

#define IDX(pos) ((pos) & (LDISC_BUF - 1))

static bool bit(const u8 *map, u64 pos) { return map[IDX(pos) / 8] >> (pos & 7) & 1; }

static void set_bit_to(u8 *map, u64 pos, bool on)
{
	u8 mask = 1u << (pos & 7);

	map[IDX(pos) / 8] = on ? map[IDX(pos) / 8] | mask : map[IDX(pos) / 8] & ~mask;
}

static bool flag(u32 word, u32 f) { return word & f; }
/* c_cc of 0 is "no such character" (_POSIX_VDISABLE). */
static bool is_cc(const struct ldisc *ld, int which, u8 c) { return ld->t.c_cc[which] && ld->t.c_cc[which] == c; }

void ldisc_init(struct ldisc *ld, void (*echo)(void *, const char *, size_t), void *arg)
{
	memset(ld, 0, sizeof(*ld));
	ld->t.c_iflag = ICRNL | IXON | IUTF8;
	ld->t.c_oflag = OPOST | ONLCR;
	ld->t.c_cflag = B115200 | CS8 | CREAD | CLOCAL | HUPCL;
	ld->t.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	memcpy(ld->t.c_cc, "\003\034\177\025\004\0\001\0\021\023\032\0\022\017\027\026\0", 17);
	ld->echo = echo;
	ld->arg = arg;
}

/* --- output ---------------------------------------------------------------------------------- */

static bool is_continuation(u8 c) { return (c & 0xc0) == 0x80; }

/* One character with all its processing: at most 8 bytes to @out. */
static size_t output_char(struct ldisc *ld, u8 c, char *out)
{
	u32 o = ld->t.c_oflag;

	switch (c) {
	case '\n':
		if (flag(o, ONLRET))
			ld->column = 0;
		if (flag(o, ONLCR)) {
			ld->column = 0;
			out[0] = '\r';
			out[1] = '\n';
			return 2;
		}
		break;
	case '\r':
		if (flag(o, ONOCR) && ld->column == 0)
			return 0;
		if (flag(o, OCRNL)) {
			c = '\n';
			if (flag(o, ONLRET))
				ld->column = 0;
			break;
		}
		ld->column = 0;
		break;
	case '\t': {
		unsigned int n = 8 - (ld->column & 7);

		ld->column += n;
		if ((o & TABDLY) == XTABS) {
			memset(out, ' ', n);
			return n;
		}
		break;
	}
	case '\b':
		if (ld->column)
			ld->column--;
		break;
	default:
		if (c < 0x20)
			break;
		if (flag(o, OLCUC) && c >= 'a' && c <= 'z')
			c -= 32;
		if (!(flag(ld->t.c_iflag, IUTF8) && is_continuation(c)))
			ld->column++;
	}
	out[0] = c;
	return 1;
}

size_t ldisc_output(struct ldisc *ld, const char *in, size_t n, char *out, size_t size, size_t *used)
{
	size_t i = 0, o = 0;

	if (!flag(ld->t.c_oflag, OPOST)) {
		n = min(n, size);
		memcpy(out, in, n);
		*used = n;
		return n;
	}
	while (i < n && size - o >= 8)
		o += output_char(ld, in[i++], out + o);
	*used = i;
	return o;
}

static void emit(struct ldisc *ld, const char *s, size_t n)
{
	char out[64];
	size_t used, got;

	while (n) {
		got = ldisc_output(ld, s, n, out, sizeof(out), &used);
		ld->echo(ld->arg, out, got);
		s += used;
		n -= used;
	}
}

/* --- echo ------------------------------------------------------------------------------------ */

static bool shown_as_caret(const struct ldisc *ld, u8 c)
{
	return flag(ld->t.c_lflag, ECHOCTL) && (c < 0x20 || c == 0x7f) && c != '\t' && c != '\n';
}

static void show_char(struct ldisc *ld, u8 c)
{
	char caret[2] = { '^', c ^ 0x40 };

	if (shown_as_caret(ld, c))
		emit(ld, caret, 2);
	else
		emit(ld, (char *)&c, 1);
}

static void echo_char(struct ldisc *ld, u8 c)
{
	if (!flag(ld->t.c_lflag, ECHO))
		return;
	if (ld->head == ld->commit)
		ld->line_column = ld->column;
	show_char(ld, c);
}

/* --- the ring -------------------------------------------------------------------------------- */

static u64 room(const struct ldisc *ld) { return LDISC_BUF - (ld->head - ld->tail); }

static void put(struct ldisc *ld, u8 c, bool mark, bool eof)
{
	ld->buf[IDX(ld->head)] = c;
	set_bit_to(ld->mark, ld->head, mark);
	set_bit_to(ld->eof, ld->head, eof);
	ld->head++;
	if (mark || !flag(ld->t.c_lflag, ICANON))
		ld->commit = ld->head;
}

/* A full ring keeps its last place for the end of the line. */
static bool put_data(struct ldisc *ld, u8 c)
{
	if (room(ld) <= 1) {
		if (flag(ld->t.c_iflag, IMAXBEL))
			emit(ld, "\a", 1);
		return false;
	}
	echo_char(ld, c);
	put(ld, c, false, false);
	return true;
}

static void end_line(struct ldisc *ld, u8 c, bool eof)
{
	if (room(ld))
		put(ld, c, true, eof);
}

void ldisc_flush_input(struct ldisc *ld)
{
	ld->tail = ld->commit = ld->head;
	ld->lnext = false;
}

/* --- editing --------------------------------------------------------------------------------- */

/* Column at which the character before @end starts, counted from the line's start. */
static unsigned int column_before(const struct ldisc *ld, u64 end)
{
	unsigned int col = ld->line_column;

	for (u64 p = ld->commit; p < end; p++) {
		u8 c = ld->buf[IDX(p)];

		if (c == '\t')
			col = (col | 7) + 1;
		else if (shown_as_caret(ld, c))
			col += 2;
		else if (c >= 0x20 && !(flag(ld->t.c_iflag, IUTF8) && is_continuation(c)))
			col++;
	}
	return col;
}

static void rub_out(struct ldisc *ld, u64 new_head)
{
	unsigned int to = column_before(ld, new_head), from = column_before(ld, ld->head);
	bool tab = false;

	for (u64 p = new_head; p < ld->head; p++)
		tab = tab || ld->buf[IDX(p)] == '\t';
	for (; from > to; from--)
		emit(ld, tab ? "\b" : "\b \b", tab ? 1 : 3);
}

static u64 previous_char(const struct ldisc *ld, u64 p)
{
	p--;
	while (flag(ld->t.c_iflag, IUTF8) && p > ld->commit && is_continuation(ld->buf[IDX(p)]))
		p--;
	return p;
}

static bool is_word(u8 c) { return (c >= '0' && c <= '9') || (c | 32) >= 'a' ? (c | 32) <= 'z' || c >= 0x80 || (c >= '0' && c <= '9') : c == '_'; }

static void erase(struct ldisc *ld, int which)
{
	u64 to = ld->head;
	bool echo = flag(ld->t.c_lflag, ECHO);

	if (ld->head == ld->commit)
		return;
	if (which == VERASE) {
		to = previous_char(ld, to);
	} else if (which == VKILL) {
		to = ld->commit;
		if (echo && !(flag(ld->t.c_lflag, ECHOKE) && flag(ld->t.c_lflag, ECHOE))) {
			show_char(ld, ld->t.c_cc[VKILL]);
			if (flag(ld->t.c_lflag, ECHOK))
				emit(ld, "\n", 1);
			ld->head = to;
			return;
		}
	} else {
		bool seen = false;

		while (to > ld->commit) {
			bool word = is_word(ld->buf[IDX(to - 1)]);

			if (seen && !word)
				break;
			seen = seen || word;
			to = previous_char(ld, to);
		}
	}
	if (echo && flag(ld->t.c_lflag, ECHOE))
		rub_out(ld, to);
	else if (echo)
		show_char(ld, ld->t.c_cc[which]);
	ld->head = to;
}

static void reprint(struct ldisc *ld)
{
	u64 p;

	show_char(ld, ld->t.c_cc[VREPRINT]);
	emit(ld, "\n", 1);
	ld->line_column = ld->column;
	for (p = ld->commit; p < ld->head; p++)
		show_char(ld, ld->buf[IDX(p)]);
}

/* --- input ----------------------------------------------------------------------------------- */

static int signal_char(struct ldisc *ld, u8 c)
{
	if (is_cc(ld, VINTR, c))
		return SIGINT;
	if (is_cc(ld, VQUIT, c))
		return SIGQUIT;
	return is_cc(ld, VSUSP, c) ? SIGTSTP : 0;
}

static bool flow_char(struct ldisc *ld, u8 c)
{
	if (is_cc(ld, VSTART, c)) {
		ld->stopped = false;
		return true;
	}
	if (is_cc(ld, VSTOP, c)) {
		ld->stopped = true;
		return true;
	}
	return false;
}

/* True: it was an editing character and is done. */
static bool edit_char(struct ldisc *ld, u8 c)
{
	bool ext = flag(ld->t.c_lflag, IEXTEN);

	if (is_cc(ld, VERASE, c)) {
		erase(ld, VERASE);
	} else if (ext && is_cc(ld, VWERASE, c)) {
		erase(ld, VWERASE);
	} else if (is_cc(ld, VKILL, c)) {
		erase(ld, VKILL);
	} else if (ext && is_cc(ld, VLNEXT, c)) {
		ld->lnext = true;
		if (flag(ld->t.c_lflag, ECHO) && flag(ld->t.c_lflag, ECHOCTL))
			emit(ld, "^\b", 2);
	} else if (ext && flag(ld->t.c_lflag, ECHO) && is_cc(ld, VREPRINT, c)) {
		reprint(ld);
	} else if (c == '\n') {
		if (flag(ld->t.c_lflag, ECHO) || flag(ld->t.c_lflag, ECHONL))
			emit(ld, "\n", 1);
		end_line(ld, c, false);
	} else if (is_cc(ld, VEOF, c)) {
		end_line(ld, 0, true);
	} else if (is_cc(ld, VEOL, c) || (ext && is_cc(ld, VEOL2, c))) {
		echo_char(ld, c);
		end_line(ld, c, false);
	} else {
		return false;
	}
	return true;
}

int ldisc_receive(struct ldisc *ld, u8 c)
{
	u32 in = ld->t.c_iflag, l = ld->t.c_lflag;
	int sig;

	if (flag(in, ISTRIP))
		c &= 0x7f;
	if (flag(in, IUCLC) && flag(l, IEXTEN) && c >= 'A' && c <= 'Z')
		c += 32;
	if (ld->lnext) {
		ld->lnext = false;
		put_data(ld, c);
		return 0;
	}
	if (flag(in, IXON) && flow_char(ld, c))
		return 0;
	if (ld->stopped && flag(in, IXANY))
		ld->stopped = false;
	sig = flag(l, ISIG) ? signal_char(ld, c) : 0;
	if (sig) {
		ld->stopped = false;
		if (!flag(l, NOFLSH))
			ldisc_flush_input(ld);
		if (flag(l, ECHO))
			show_char(ld, c);
		return sig;
	}
	if (c == '\r') {
		if (flag(in, IGNCR))
			return 0;
		if (flag(in, ICRNL))
			c = '\n';
	} else if (c == '\n' && flag(in, INLCR)) {
		c = '\r';
	}
	if (flag(l, ICANON) && edit_char(ld, c))
		return 0;
	put_data(ld, c);
	return 0;
}

bool ldisc_readable(const struct ldisc *ld, size_t wanted)
{
	if (flag(ld->t.c_lflag, ICANON))
		return ld->commit != ld->tail;
	return ld->commit - ld->tail >= wanted;
}

size_t ldisc_available(const struct ldisc *ld)
{
	size_t n = 0;

	/* An EOF mark is a place in the ring, but no byte. */
	for (u64 p = ld->tail; p < ld->commit; p++)
		n += !bit(ld->eof, p);
	return n;
}

size_t ldisc_read(struct ldisc *ld, u8 *buf, size_t n, bool *eof)
{
	bool canonical = flag(ld->t.c_lflag, ICANON);
	size_t done = 0;

	*eof = false;
	while (ld->tail < ld->commit) {
		bool is_eof = bit(ld->eof, ld->tail), mark = bit(ld->mark, ld->tail);

		if (canonical && is_eof) {
			ld->tail++;
			*eof = done == 0;
			break;
		}
		if (done == n)
			break;
		buf[done++] = ld->buf[IDX(ld->tail)];
		ld->tail++;
		if (canonical && mark)
			break;
	}
	return done;
}

void ldisc_set_termios(struct ldisc *ld, const struct termios_abi *t)
{
	bool was = flag(ld->t.c_lflag, ICANON), is = flag(t->c_lflag, ICANON);

	ld->t = *t;
	if (was != is && ld->head != ld->tail) {
		/* What was typed before can be read under the new rules at once. */
		set_bit_to(ld->mark, ld->head - 1, true);
		ld->commit = ld->head;
	}
	if (!flag(t->c_iflag, IXON))
		ld->stopped = false;
	ld->lnext = false;
}
