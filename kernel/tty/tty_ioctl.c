/* SPDX-License-Identifier: MIT */
/* ioctl_tty(2): settings, window size, process groups, sessions. */
#include <ns/pid_ns.h>
#include "internal.h"

static void tell_master(struct tty_struct *tty, unsigned int bits)
{
	if (tty->status)
		tty->status(tty, bits);
}

static void flush_input(struct tty_struct *tty)
{
	ldisc_flush_input(&tty->ld);
	tell_master(tty, TIOCPKT_FLUSHREAD);
}

/* Input was flushed: what waited for room comes in. => tty->lock not held */
static void go_on(struct tty_struct *tty)
{
	if (tty->input_taken)
		tty->input_taken(tty);
}

/* ^S and ^Q are what they usually are: a master may act on them itself. */
static bool has_stop_chars(const struct tty_struct *tty)
{
	return (tty->ld.t.c_iflag & IXON) && tty->ld.t.c_cc[VSTOP] == 023 && tty->ld.t.c_cc[VSTART] == 021;
}

static void apply_termios(struct tty_struct *tty, const struct termios_abi *t, bool flush)
{
	bool stops;

	mutex_lock(&tty->lock);
	if (flush)
		flush_input(tty);
	stops = has_stop_chars(tty);
	ldisc_set_termios(&tty->ld, t);
	if (stops != has_stop_chars(tty))
		tell_master(tty, stops ? TIOCPKT_NOSTOP : TIOCPKT_DOSTOP);
	mutex_unlock(&tty->lock);
	if (flush)
		go_on(tty);
	wake_up(&tty->read_wait);
	wake_up(&tty->write_wait);
}

static long set_termios(struct tty_struct *tty, unsigned int cmd, unsigned long arg, bool v2)
{
	struct termios2_abi t;
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (copy_from_user(&t, (void *)arg, v2 ? sizeof(t) : sizeof(t.t)))
		return -EFAULT;
	apply_termios(tty, &t.t, cmd == TCSETSF || cmd == TCSETSF2);
	return 0;
}

/* struct termio has the low half of each word of flags and fewer characters: the rest stays. */
static long set_termio(struct tty_struct *tty, unsigned int cmd, unsigned long arg)
{
	struct termios_abi t = tty->ld.t;
	struct termio_abi o;
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (copy_from_user(&o, (void *)arg, sizeof(o)))
		return -EFAULT;
	t.c_iflag = (t.c_iflag & ~0xffffu) | o.c_iflag;
	t.c_oflag = (t.c_oflag & ~0xffffu) | o.c_oflag;
	t.c_cflag = (t.c_cflag & ~0xffffu) | o.c_cflag;
	t.c_lflag = (t.c_lflag & ~0xffffu) | o.c_lflag;
	t.c_line = o.c_line;
	memcpy(t.c_cc, o.c_cc, sizeof(o.c_cc));
	apply_termios(tty, &t, cmd == TCSETAF);
	return 0;
}

static long get_termio(struct tty_struct *tty, unsigned long arg)
{
	const struct termios_abi *t = &tty->ld.t;
	struct termio_abi o = { t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag, t->c_line, { 0 } };

	memcpy(o.c_cc, t->c_cc, sizeof(o.c_cc));
	return copy_to_user((void *)arg, &o, sizeof(o)) ? -EFAULT : 0;
}

static long get_termios(struct tty_struct *tty, unsigned long arg, bool v2)
{
	struct termios2_abi t = { tty->ld.t, 115200, 115200 };

	return copy_to_user((void *)arg, &t, v2 ? sizeof(t) : sizeof(t.t)) ? -EFAULT : 0;
}

static long set_winsize(struct tty_struct *tty, unsigned long arg)
{
	struct winsize_abi w;

	if (copy_from_user(&w, (void *)arg, sizeof(w)))
		return -EFAULT;
	if (!memcmp(&w, &tty->winsize, sizeof(w)))
		return 0;
	tty->winsize = w;
	if (tty->pgrp)
		kill_pgrp(SIGWINCH, tty->pgrp);
	return 0;
}

static long set_pgrp(struct tty_struct *tty, unsigned long arg)
{
	struct signal_struct *s = current->signal;
	u32 pgrp;
	int err = tty_check_change(tty, SIGTTOU);

	if (err == -EIO)
		return -ENOTTY;
	if (err)
		return err;
	if (s->tty != tty || tty->session != s->session)
		return -ENOTTY;
	if (get_user_u32(&pgrp, (void *)arg))
		return -EFAULT;
	if ((pid_t)pgrp < 0)
		return -EINVAL;
	pgrp = (u32)pid_of_vnr((pid_t)pgrp);
	if (!pgrp_exists(pgrp))
		return -ESRCH;
	if (!pgrp_exists_in_session(pgrp, s->session))
		return -EPERM;
	tty->pgrp = pgrp;
	return 0;
}

static long flow(struct tty_struct *tty, unsigned long arg)
{
	switch (arg) {
	case TCOOFF:
		tty->ld.stopped = true;
		tell_master(tty, TIOCPKT_STOP);
		return 0;
	case TCOON:
		tty->ld.stopped = false;
		tell_master(tty, TIOCPKT_START);
		wake_up(&tty->write_wait);
		return 0;
	case TCIOFF: case TCION:
		return 0;
	default:
		return -EINVAL;
	}
}

static long give_up(struct tty_struct *tty)
{
	struct signal_struct *s = current->signal;

	if (s->tty != tty)
		return -ENOTTY;
	if (s->session_leader)
		tty_session_exit(current);
	else
		s->tty = NULL;
	return 0;
}

static long fake_input(struct tty_struct *tty, unsigned long arg)
{
	u8 c;

	if (current->signal->tty != tty && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&c, (void *)arg, 1))
		return -EFAULT;
	tty_receive_now(tty, &c, 1);
	return 0;
}

static long flush(struct tty_struct *tty, unsigned long what)
{
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCOFLUSH) {
		flush_input(tty);
		go_on(tty);
	}
	if (what != TCIFLUSH)
		tell_master(tty, TIOCPKT_FLUSHWRITE);
	return 0;
}

/* The line discipline by number: there is N_TTY alone. */
static long set_discipline(unsigned long arg)
{
	u32 number;

	return get_user_u32(&number, (void *)arg) ? -EFAULT : number ? -EINVAL : 0;
}

long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = f->private;

	if (tty_file_is_hung(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl_from(tty, false, cmd, arg);
}

long tty_ioctl_from(struct tty_struct *tty, bool master, unsigned int cmd, unsigned long arg)
{
	bool ours = master || current->signal->tty == tty;

	if (tty->ioctl) {
		long ret = tty->ioctl(tty, cmd, arg);

		if (ret != -ENOTTY)
			return ret;
	}
	switch (cmd) {
	case TCGETA: return get_termio(tty, arg);
	case TCSETA: case TCSETAW: case TCSETAF: return set_termio(tty, cmd, arg);
	case TCGETS: return get_termios(tty, arg, false);
	case TCGETS2: return get_termios(tty, arg, true);
	case TCSETS: case TCSETSW: case TCSETSF: return set_termios(tty, cmd, arg, false);
	case TCSETS2: case TCSETSW2: case TCSETSF2: return set_termios(tty, cmd, arg, true);
	case TIOCGWINSZ: return copy_to_user((void *)arg, &tty->winsize, sizeof(tty->winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ: return set_winsize(tty, arg);
	case TIOCGPGRP:
		return !ours ? -ENOTTY : put_user_u32((u32)pid_vnr(tty->pgrp), (void *)arg);
	case TIOCSPGRP: return set_pgrp(tty, arg);
	case TIOCGSID:
		return !ours || !tty->session ? -ENOTTY : put_user_u32((u32)pid_vnr(tty->session), (void *)arg);
	case TIOCSCTTY: return tty_set_controlling(tty, arg == 1);
	case TIOCNOTTY: return give_up(tty);
	case TIOCVHANGUP:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		tty_vhangup(tty);
		return 0;
	case TIOCOUTQ: return put_user_u32(0, (void *)arg);
	case FIONREAD: return put_user_u32(ldisc_available(&tty->ld), (void *)arg);
	case TIOCSTI: return fake_input(tty, arg);
	case TCXONC: return flow(tty, arg);
	case TCFLSH: return flush(tty, arg);
	case TCSBRK: case TCSBRKP: return 0;    /* output is never pending */
	case TIOCEXCL: tty->exclusive = true; return 0;
	case TIOCNXCL: tty->exclusive = false; return 0;
	case TIOCGEXCL: return put_user_u32(tty->exclusive, (void *)arg);
	case TIOCGETD: return put_user_u32(0, (void *)arg);
	case TIOCSETD: return set_discipline(arg);
	case TIOCMGET: return tty->is_pty ? -ENOTTY : put_user_u32(0x166, (void *)arg); /* DTR RTS CTS CD DSR */
	default: return -ENOTTY;
	}
}
