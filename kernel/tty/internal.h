/* SPDX-License-Identifier: MIT */
/* Shared by the files of the terminals. */
#ifndef KERNEL_TTY_INTERNAL_H
#define KERNEL_TTY_INTERNAL_H

#include <fs/vfs.h>
#include <task/signal.h>
#include <tty/tty.h>

/* Kept in file->flags for the open itself; F_GETFL hides it. */
#define FILE_NOCTTY O_NOCTTY

/* Pseudo terminals: pty.c, and their names, devpts.c. */
#define NR_PTYS 1024
#define PTS_MAJOR 136

struct pty {
	struct tty_struct slave;
	char name[12];                  /* "pts/0" */
	unsigned int index;
	bool locked;                    /* the slave can't be opened yet */
	bool master_closed;
	bool slave_closed;              /* it was open and is not any more */
	bool packet;                    /* TIOCPKT */
	u8 status;                      /* TIOCPKT_* not yet read */
	u8 *out;                        /* from the slave to the master */
	size_t out_head, out_tail;
	struct wait_queue_head master_wait; /* the master sleeps here, for reading and writing */
	struct inode *inode;            /* its node in devpts */
};

struct pty *pty_find(unsigned int index);
void pty_init(void);
extern const struct file_operations ptm_fops;
struct inode *devpts_inode(unsigned int index); /* NULL: no memory */
int devpts_path(struct pty *p, struct path *out);       /* referenced */

void tty_setup(struct tty_struct *tty, const char *name, u64 rdev);
void tty_register(struct tty_struct *tty);      /* its node can be opened, ttyd processes its input */
/* From a task: @text through the discipline before this returns, as far as there is room (tty_receive_room bytes). */
void tty_receive_now(struct tty_struct *tty, const u8 *text, size_t len);
size_t tty_receive_room(const struct tty_struct *tty);
void tty_process_input(struct tty_struct *tty);
void tty_start_thread(void);
int tty_check_change(struct tty_struct *tty, int sig);
int tty_set_controlling(struct tty_struct *tty, bool steal);
void tty_hangup(struct tty_struct *tty);
bool tty_file_is_hung(const struct file *f); /* reads are EOF, writes EIO */
int tty_attach(struct file *f, struct tty_struct *tty, bool may_control);
extern const struct file_operations tty_fops;
/* @master: the caller is the other end of a pseudo terminal. */
long tty_ioctl_from(struct tty_struct *tty, bool master, unsigned int cmd, unsigned long arg);
long tty_ioctl(struct file *f, unsigned int cmd, unsigned long arg);

#endif
