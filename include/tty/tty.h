/* SPDX-License-Identifier: MIT */
/*
 * Terminals. A tty is a line discipline between a device (serial port, framebuffer with keyboard, a
 * pseudo terminal's other end) and its readers and writers.
 *
 * Devices hand characters in with tty_receive() from interrupt handlers; a kernel thread runs them through
 * the discipline (echo, ^C), so that no interrupt handler takes a sleeping lock or sends a signal.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include <lib/rwsem.h>
#include <lib/spinlock.h>
#include <lib/types.h>
#include <task/wait.h>
#include <tty/ldisc.h>
#include <uapi/termios.h>

#define TTY_RX_SIZE 4096

struct task_struct;

struct tty_struct {
	const char *name;               /* [I] "ttyS0" */
	u64 rdev;                       /* [I] */
	void (*write)(struct tty_struct *tty, const char *text, size_t len); /* to the device, complete */
	size_t (*room)(struct tty_struct *tty); /* bytes that write() takes now; NULL: any number */
	void (*input_taken)(struct tty_struct *tty); /* somebody read: the device may go on */
	void (*closed)(struct tty_struct *tty); /* one open less */
	long (*ioctl)(struct tty_struct *tty, unsigned int cmd, unsigned long arg); /* -ENOTTY: not one of the device's */
	void (*status)(struct tty_struct *tty, unsigned int tiocpkt_bits); /* flushed, stopped ...: a pseudo terminal's master wants to know */
	void *driver;
	struct ldisc ld;                /* [m] */
	struct winsize_abi winsize;
	bool resized;                   /* by tty_resize: SIGWINCH is due */
	struct mutex lock;              /* [m] discipline and output order */
	pid_t pgrp, session;            /* foreground group, session that it controls; 0: none */
	int opens;                      /* files; f->private2 is what hangups was when they were opened */
	int hung_opens;                 /* of those, from before the last vhangup */
	u64 hangups;
	bool hung_up;                   /* the other end is gone: reads are EOF, writes EIO */
	bool throttled;                 /* rx waits for a reader */
	bool exclusive;
	bool is_pty;                    /* input comes from a task and is processed there, not by ttyd */
	struct wait_queue_head read_wait, write_wait;
	/* [t] raw input from interrupts; one producer, one consumer */
	spinlock_t rx_lock;             /* LOCK_TTY, irq-safe */
	u8 rx[TTY_RX_SIZE];
	unsigned int rx_head, rx_tail;
	struct list_head list;
};

/* Any context. Overflow drops the newest. */
void tty_receive(struct tty_struct *tty, const u8 *text, size_t len);
/* The terminal has another size now; its processes get SIGWINCH. Any context. */
void tty_resize(struct tty_struct *tty, unsigned int cols, unsigned int rows);
/* /dev/console, and the tty that keyboards type into (the screen's). NULL before tty_init(). */
extern struct tty_struct *tty_console, *tty_keyboard;
/* Serial 0..3 and the console, /dev nodes, interrupts. After sched_init(): starts a kernel thread. */
void tty_init(const char *console);
/* For the kernel itself: waits for input until @deadline (ktime) and takes what is there, up to @n bytes: one key, if the
   terminal is in raw mode (ICANON off). 0: the deadline passed, a signal came, or the other end is gone. Task context. */
size_t tty_read_key(struct tty_struct *tty, u8 *key, size_t n, u64 deadline);
/* A session leader exits, or calls setsid: its terminal is free again (SIGHUP, SIGCONT to the foreground group). */
void tty_session_exit(struct task_struct *t);
/* vhangup(2), TIOCVHANGUP: whoever has the terminal open is at its end, as if a modem had hung up; it can be opened anew. */
void tty_vhangup(struct tty_struct *tty);
/* The file system of /dev/pts; called by vfs_init. */
void devpts_register(void);
/* /proc/PID/stat's tty_nr; 0: none. */
u64 tty_device_of(struct task_struct *t);

#endif
