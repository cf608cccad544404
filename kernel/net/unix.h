/* SPDX-License-Identifier: MIT */
/* AF_UNIX sockets: shared by the machine (unix.c) and the system calls (socket.c). */
#ifndef KERNEL_NET_UNIX_H
#define KERNEL_NET_UNIX_H

#include <fs/vfs.h>
#include <lib/bitmap.h>
#include <ns/net_ns.h>
#include <uapi/socket.h>

struct unix_address { u32 len; struct sockaddr_un_abi un; };

/* Bytes on their way. A stream's reader may take part of one; the others' takes all or the rest is lost. */
struct unix_message {
	struct list_head list;
	size_t len, off;
	struct ucred_abi cred;
	struct unix_address from;
	unsigned int nr_files;
	struct file **files;            /* SCM_RIGHTS, referenced */
	u32 *inflight;                  /* the sender's user's number of files under way */
	char data[];
};

enum unix_state { UNIX_IDLE, UNIX_LISTENING, UNIX_CONNECTED };

struct unix_sock {
	atomic_t count;                 /* its file, its peer, a listener's queue */
	int type;                       /* SOCK_* [I] */
	struct net_namespace *net;      /* [I] whose abstract names it knows, referenced */
	enum unix_state state;
	struct unix_sock *peer;         /* referenced */
	struct mutex read_lock;         /* the first message while it is copied out */
	struct list_head messages;
	size_t queued;                  /* what the messages cost: unix_cost() */
	bool read_shut, write_shut, dead;
	struct wait_queue_head rd_wait, wr_wait;
	struct unix_address addr;       /* bound: len > 2 */
	struct path path;               /* bound to it, referenced; its inode's ->private is the socket */
	struct list_head abstract;      /* bound to an abstract name */
	struct list_head backlog;       /* listener: sockets to accept */
	struct list_head backlog_node;
	unsigned int nr_backlog, max_backlog;
	struct ucred_abi cred, peer_cred;
	bool passcred;
	bool netlink;                   /* [I] AF_NETLINK: only the kernel sends to it */
	u64 switches;                   /* options that are on or off and mean nothing here: a bit each, by their number */
	u32 rcvlowat;                   /* SO_RCVLOWAT, which nothing obeys */
	u32 linger[2];                  /* SO_LINGER, nor that */
	u32 sndbuf, rcvbuf;             /* SO_SNDBUF; SO_RCVBUF, which nothing obeys */
	int err;                        /* ECONNRESET: the peer went without reading everything; told once */
	/* garbage.c: while its file is in messages */
	struct list_head under_way;
	struct file *file;              /* not referenced: the messages do that */
	unsigned long inflight;         /* references from messages */
	unsigned long wanted_refs;      /* during unix_gc() */
	bool candidate;
	u64 rcv_timeout_ns, snd_timeout_ns; /* 0: none */
};

/* What the messages that wait in a receiver may cost, for a sender: sndbuf, Linux's default and least. */
#define UNIX_BUFFER 212992
#define UNIX_SNDBUF_MIN 4608
#define UNIX_RCVBUF_MIN 2304
/* Of @n bytes in a message, as Linux counts: a head of a power of two with 320 bytes of its own, whole pages of data, 256. */
static inline size_t unix_cost(size_t n)
{
	size_t pages = n > 3776 ? min(n, ALIGN(n - 3776, 4096)) : 0;

	return 256 + (2UL << __fls(n - pages + 319)) + ALIGN(pages, 4096);
}
/* Writing is worth a try, says poll. */
static inline bool unix_writable(const struct unix_sock *s) { return !s->peer || s->peer->dead || s->peer->queued * 4 <= s->sndbuf; }

struct unix_sock *unix_alloc(struct net_namespace *net, int type);
void unix_put(struct unix_sock *s);
void unix_release(struct unix_sock *s);         /* its file is gone */
struct unix_sock *unix_get(struct unix_sock *s);
void unix_shutdown(struct unix_sock *s, bool read, bool write);
/* Whom @by means: referenced, or ERR_PTR. An abstract name is looked for among sockets of its type. */
struct unix_sock *unix_find_name(const struct unix_sock *by, const struct unix_address *a);
void unix_pair(struct unix_sock *a, struct unix_sock *b);
int unix_bind(struct unix_sock *s, const struct unix_address *a);
int unix_listen(struct unix_sock *s, int backlog);
int unix_connect(struct unix_sock *s, const struct unix_address *a, bool nonblock);
struct unix_sock *unix_accept(struct unix_sock *s, bool nonblock); /* ERR_PTR */
void unix_free_message(struct unix_message *m);
/* A message of @s's into @to's queue, whether there is room or not. */
int __must_check unix_put_message(struct unix_sock *s, struct unix_sock *to, const void *buf, size_t n, copy_fn copy, struct file **files,
				  unsigned int nr_files);
struct unix_sock *netlink_alloc(struct net_namespace *net);
/* Files went into a message, or came out. */
void unix_files_sent(struct file **files, unsigned int nr_files);
void unix_files_taken(struct file **files, unsigned int nr_files);
/* Frees sockets that only each other's messages hold. Called where sockets come and go: what a program leaves is found by the next. */
void unix_gc(void);
extern const struct file_operations socket_fops;
/* @files (may be NULL) move into the message on success. */
ssize_t unix_send(struct unix_sock *s, const void *buf, size_t n, copy_fn copy, const struct unix_address *to, struct file **files,
		  unsigned int nr_files, unsigned int flags);
/* Files and credentials of what was read first go to *anc, if given: the caller owns them. */
struct unix_ancillary {
	struct file **files;
	unsigned int nr_files;
	struct ucred_abi cred;
	bool has_cred, truncated;
	struct unix_address from;
	size_t full;                    /* bytes of the whole message */
};
ssize_t unix_recv(struct unix_sock *s, void *buf, size_t n, copy_fn copy, struct unix_ancillary *anc, unsigned int flags);
unsigned int unix_poll(struct unix_sock *s, struct poll_table *pt);
struct ucred_abi unix_cred_seen(const struct ucred_abi *c); /* as the current task sees them */
int unix_take_error(struct unix_sock *s);       /* errno, and forgets it */

/*
 * A system call on a socket: finds it, holds its descriptor meanwhile. The body sees s, its file f, and a1 to a5.
 */
typedef long socket_fn(struct unix_sock *s, struct file *f, long a1, long a2, long a3, long a4, long a5);
long on_socket(socket_fn *fn, long n, long a1, long a2, long a3, long a4, long a5);
#define SOCKET_CALL(name) \
	static socket_fn socket_##name; \
	SYSCALL(name) { return on_socket(socket_##name, a0, a1, a2, a3, a4, a5); } \
	static long socket_##name(struct unix_sock *s, struct file *f, long a1, long a2, long a3, long a4, long a5)

static inline unsigned int file_msg_flags(const struct file *f) { return (f->flags & O_NONBLOCK) ? MSG_DONTWAIT : 0; }
/* Addresses from and to user memory; nothing is put when @u or @ulen is NULL. */
int get_address(struct unix_address *a, const void __user *u, unsigned long len);
int put_address(const struct unix_address *a, void __user *u, void __user *ulen);

#endif
