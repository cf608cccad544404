/* SPDX-License-Identifier: MIT */
/* ioctl_tty(2): settings, window size, process groups, sessions. */
#include "internal.h"

static long set_termios(struct tty_struct *tty, unsigned int cmd, unsigned long arg, bool v2)
{
	struct termios2_abi t;
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (copy_from_user(&t, (void *)arg, v2 ? sizeof(t) : sizeof(t.t)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	if (cmd == TCSETSF || cmd == TCSETSF2)
		ldisc_flush_input(&tty->ld);
	ldisc_set_termios(&tty->ld, &t.t);
	mutex_unlock(&tty->lock);
	wake_up(&tty->read_wait);
	wake_up(&tty->write_wait);
	return 0;
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
		return 0;
	case TCOON:
		tty->ld.stopped = false;
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

	if (current->signal->tty != tty && !capable_fs())
		return -EPERM;
	if (copy_from_user(&c, (void *)arg, 1))
		return -EFAULT;
	tty_receive(tty, &c, 1);
	return 0;
}

long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tty_struct *tty = f->private;

	if (tty->ioctl) {
		long ret = tty->ioctl(tty, cmd, arg);

		if (ret != -ENOTTY)
			return ret;
	}
	switch (cmd) {
	case TCGETS: return get_termios(tty, arg, false);
	case TCGETS2: return get_termios(tty, arg, true);
	case TCSETS: case TCSETSW: case TCSETSF: return set_termios(tty, cmd, arg, false);
	case TCSETS2: case TCSETSW2: case TCSETSF2: return set_termios(tty, cmd, arg, true);
	case TIOCGWINSZ: return copy_to_user((void *)arg, &tty->winsize, sizeof(tty->winsize)) ? -EFAULT : 0;
	case TIOCSWINSZ: return set_winsize(tty, arg);
	case TIOCGPGRP:
		return current->signal->tty != tty ? -ENOTTY : put_user_u32(tty->pgrp, (void *)arg);
	case TIOCSPGRP: return set_pgrp(tty, arg);
	case TIOCGSID:
		return current->signal->tty != tty ? -ENOTTY : put_user_u32(tty->session, (void *)arg);
	case TIOCSCTTY: return tty_set_controlling(tty, arg == 1);
	case TIOCNOTTY: return give_up(tty);
	case TIOCOUTQ: return put_user_u32(0, (void *)arg);
	case FIONREAD: return put_user_u32(ldisc_available(&tty->ld), (void *)arg);
	case TIOCSTI: return fake_input(tty, arg);
	case TCXONC: return flow(tty, arg);
	case TCFLSH:
		if (arg > TCIOFLUSH)
			return -EINVAL;
		if (arg != TCOFLUSH)
			ldisc_flush_input(&tty->ld);
		return 0;
	case TCSBRK: case TCSBRKP: return 0;    /* output is never pending */
	case TIOCEXCL: tty->exclusive = true; return 0;
	case TIOCNXCL: tty->exclusive = false; return 0;
	case TIOCMGET: return put_user_u32(0x166, (void *)arg); /* DTR RTS CTS CD DSR */
	default: return -ENOTTY;
	}
}
