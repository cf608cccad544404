// SPDX-License-Identifier: MIT
/* The terminal of a session: who may use it, who gets it, and who hears that it is gone. setsid(2), credentials(7). */
#include "internal.h"

/* A process in the background wants to read (SIGTTIN), write or change (SIGTTOU). 0: go on. */
int tty_check_change(struct tty_struct *tty, int sig)
{
	struct signal_struct *s = current->signal;

	if (likely(s->tty != tty || s->pgrp == tty->pgrp || !tty->pgrp))
		return 0;
	if (signal_is_blocked_or_ignored(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (is_orphaned_pgrp(s->pgrp))
		return -EIO;
	kill_pgrp(sig, s->pgrp);
	return -ERESTARTSYS;
}

/* Every process of the session forgets the terminal. */
static void detach_session(struct tty_struct *tty)
{
	struct task_struct *t;
	pid_t pid = 0;

	while ((t = next_task_after(pid)) != NULL) {
		pid = t->pid;
		if (t->signal && t->signal->tty == tty)
			t->signal->tty = NULL;
	}
	tty->session = tty->pgrp = 0;
}

void tty_session_exit(struct task_struct *t)
{
	struct tty_struct *tty = t->signal ? t->signal->tty : NULL;
	pid_t old = t->signal ? t->signal->tty_old_pgrp : 0;

	if (!tty && old) {
		kill_pgrp(SIGHUP, old);
		kill_pgrp(SIGCONT, old);
		t->signal->tty_old_pgrp = 0;
	}
	if (!tty || tty->session != t->signal->session)
		return;
	if (tty->pgrp) {
		kill_pgrp(SIGHUP, tty->pgrp);
		kill_pgrp(SIGCONT, tty->pgrp);
	}
	detach_session(tty);
}

/* Its session hears of it and loses it; whoever waits looks again. */
static void tell_hangup(struct tty_struct *tty)
{
	struct task_struct *leader = tty->session ? find_task_by_pid(tty->session) : NULL;

	if (leader) {
		kill_pid(SIGHUP, tty->session);
		kill_pid(SIGCONT, tty->session);
		/* Who is in front hears of it when the leader ends. */
		leader->signal->tty_old_pgrp = tty->pgrp;
	}
	detach_session(tty);
	wake_up(&tty->read_wait);
	wake_up(&tty->write_wait);
}

void tty_hangup(struct tty_struct *tty)
{
	tty->hung_up = true;
	tell_hangup(tty);
}

void tty_vhangup(struct tty_struct *tty)
{
	tty->hangups++;
	tty->hung_opens = tty->opens;
	tell_hangup(tty);
	if (tty->closed)
		tty->closed(tty);
}

bool tty_file_is_hung(const struct file *f)
{
	const struct tty_struct *tty = f->private;

	return tty->hung_up || f->private2 != tty->hangups;
}

/* The current session leader gets @tty as its terminal. @steal: from another session (root's TIOCSCTTY 1). */
int tty_set_controlling(struct tty_struct *tty, bool steal)
{
	struct signal_struct *s = current->signal;

	if (s->session_leader && s->tty == tty && s->session == tty->session)
		return 0;
	if (tty->hung_up)
		return -EIO;
	if (!s->session_leader || s->tty)
		return -EPERM;
	if (tty->session) {
		if (!steal || !capable(CAP_SYS_ADMIN))
			return -EPERM;
		detach_session(tty);
	}
	tty->session = s->session;
	tty->pgrp = s->pgrp;
	s->tty = tty;
	s->tty_old_pgrp = 0;
	return 0;
}

u64 tty_device_of(struct task_struct *t)
{
	return t->signal && t->signal->tty ? t->signal->tty->rdev : 0;
}
