/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets as a machine (unix(7)): life, names, connections. What goes through them is in unix_data.c.
 *
 * Nothing here sleeps between a look at a socket and its change, except in waits and user copies, after which
 * everything is looked at again. garbage.c collects sockets sent over each other in a circle.
 */
#include "unix.h"
#include <fs/fasync.h>
#include <ns/pid_ns.h>

static LIST_HEAD(unread);       /* [1] messages of sockets that are gone, to be freed */
static LIST_HEAD(graveyard);    /* [1] sockets without references that somebody's poll still waits on */

struct unix_sock *unix_alloc(struct net_namespace *net, int type)
{
	struct unix_sock *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	atomic_set(&s->count, 1);
	s->type = type;
	s->sndbuf = s->rcvbuf = UNIX_BUFFER;
	s->net = net;
	get_ns(&s->net->ns);
	mutex_init(&s->read_lock);
	INIT_LIST_HEAD(&s->messages);
	INIT_LIST_HEAD(&s->abstract);
	INIT_LIST_HEAD(&s->backlog);
	INIT_LIST_HEAD(&s->backlog_node);
	INIT_LIST_HEAD(&s->under_way);
	init_waitqueue_head(&s->rd_wait);
	init_waitqueue_head(&s->wr_wait);
	s->addr.len = 2;
	s->addr.un.sun_family = AF_UNIX;
	s->cred = (struct ucred_abi){ current->tgid, current->cred.euid, current->cred.egid };
	return s;
}

struct ucred_abi unix_cred_seen(const struct ucred_abi *c)
{
	return (struct ucred_abi){ pid_vnr(c->pid), uid_seen(c->uid), gid_seen(c->gid) };
}

static bool has_waiters(const struct unix_sock *s)
{
	return !list_empty(&s->rd_wait.head) || !list_empty(&s->wr_wait.head);
}

/*
 * A poll waits on the queues of its socket's peer, and a datagram socket that connects to another one lets go of its
 * peer. So who has no references but waiters is freed later, with the next one.
 */
static void bury(struct unix_sock *dead)
{
	struct unix_sock *s, *next;

	list_add(&dead->backlog_node, &graveyard);
	list_for_each_entry_safe(s, next, &graveyard, backlog_node) {
		if (has_waiters(s))
			continue;
		list_del(&s->backlog_node);
		put_ns(&s->net->ns);
		kfree(s);
	}
}

/* A message may hold the last reference to a socket with messages: one is freed after the other, not inside it. */
static void free_unread(void)
{
	static bool freeing;

	if (freeing)
		return;
	freeing = true;
	while (!list_empty(&unread)) {
		struct unix_message *m = list_first_entry(&unread, struct unix_message, list);

		list_del(&m->list);
		unix_free_message(m);
	}
	freeing = false;
}

static void drop_messages(struct unix_sock *s)
{
	list_splice_init(&s->messages, &unread);
	free_unread();
}

void unix_put(struct unix_sock *s)
{
	if (!s || !atomic_dec_and_test(&s->count))
		return;
	list_splice_init(&s->messages, &unread);
	bury(s);                        /* it may be gone now */
	free_unread();
}

struct unix_sock *unix_get(struct unix_sock *s)
{
	atomic_inc(&s->count);
	return s;
}

static void wake_both(struct unix_sock *s)
{
	wake_up(&s->rd_wait);
	wake_up(&s->wr_wait);
	kill_fasync(s, POLL_IN);
}

void unix_shutdown(struct unix_sock *s, bool read, bool write)
{
	s->read_shut = s->read_shut || read;
	s->write_shut = s->write_shut || write;
	wake_both(s);
	if (s->peer)
		wake_both(s->peer);
}

int unix_take_error(struct unix_sock *s)
{
	int err = s->err;

	s->err = 0;
	return err;
}

void unix_release(struct unix_sock *s)
{
	struct unix_sock *peer = s->peer;

	s->dead = true;
	if (s->path.dentry) {
		s->path.dentry->inode->private = NULL;
		path_put(s->path);
	}
	if (!list_empty(&s->abstract))
		list_del_init(&s->abstract);
	while (!list_empty(&s->backlog)) {      /* connected, never accepted */
		struct unix_sock *c = list_first_entry(&s->backlog, struct unix_sock, backlog_node);

		list_del_init(&c->backlog_node);
		unix_release(c);
	}
	if (peer && s->type != SOCK_DGRAM && !list_empty(&s->messages))
		peer->err = ECONNRESET;
	drop_messages(s);               /* nobody can read them any more; among their files may be its peer's */
	s->queued = 0;
	wake_both(s);
	if (peer) {
		s->peer = NULL;
		wake_both(peer);
		unix_put(peer);
	}
	unix_put(s);
	unix_gc();
}

void unix_pair(struct unix_sock *a, struct unix_sock *b)
{
	a->peer = unix_get(b);
	b->peer = unix_get(a);
	a->state = b->state = UNIX_CONNECTED;
	a->peer_cred = b->cred;
	b->peer_cred = a->cred;
}

/* --- names ----------------------------------------------------------------------------------- */

static bool is_abstract(const struct unix_address *a) { return a->len > 2 && a->un.sun_path[0] == '\0'; }

/* Each type of sockets has abstract names of its own. */
static struct unix_sock *find_abstract(const struct net_namespace *net, const struct unix_address *a, int type)
{
	struct unix_sock *s;

	list_for_each_entry(s, &net->abstract_names, abstract)
		if (s->type == type && s->addr.len == a->len && !memcmp(&s->addr.un, &a->un, a->len))
			return s;
	return NULL;
}

int unix_bind(struct unix_sock *s, const struct unix_address *a)
{
	int err;

	if (s->netlink)
		return -EOPNOTSUPP;
	if (s->addr.len > 2)
		return -EINVAL;
	if (a->len == 2) {      /* autobind: five hex digits */
		static unsigned int next;
		struct unix_address n = { .len = 2 + 1 + 5, .un = { .sun_family = AF_UNIX } };

		do
			scnprintf(n.un.sun_path + 1, 6, "%05x", next++ & 0xfffff);
		while (find_abstract(s->net, &n, s->type));
		s->addr = n;
		list_add(&s->abstract, &s->net->abstract_names);
		return 0;
	}
	if (is_abstract(a)) {
		if (find_abstract(s->net, a, s->type))
			return -EADDRINUSE;
		s->addr = *a;
		list_add(&s->abstract, &s->net->abstract_names);
		return 0;
	}
	err = kern_mknod(a->un.sun_path, S_IFSOCK | 0777, 0);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = path_lookup(AT_FDCWD, a->un.sun_path, 0, &s->path);
	if (err)
		return err;
	s->path.dentry->inode->private = s;
	s->addr = *a;
	s->addr.len = 2 + strlen(a->un.sun_path) + 1;
	return 0;
}

struct unix_sock *unix_find_name(const struct unix_sock *by, const struct unix_address *a)
{
	struct unix_sock *s;
	struct inode *inode;
	struct path p;
	int err;

	if (is_abstract(a)) {
		s = find_abstract(by->net, a, by->type);
		return s ? unix_get(s) : ERR_PTR(-ECONNREFUSED);
	}
	if (a->len <= 2)
		return ERR_PTR(-EINVAL);
	err = path_lookup(AT_FDCWD, a->un.sun_path, LOOKUP_FOLLOW, &p);
	if (err)
		return ERR_PTR(err);
	inode = p.dentry->inode;
	err = path_permission(&p, W_OK);
	s = inode->private;
	if (err)
		s = ERR_PTR(err);
	else if (!S_ISSOCK(inode->mode) || !s)
		s = ERR_PTR(-ECONNREFUSED);
	else
		unix_get(s);
	path_put(p);
	return s;
}

/* --- connections ----------------------------------------------------------------------------- */

int unix_listen(struct unix_sock *s, int backlog)
{
	if (s->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	if (s->addr.len <= 2 || s->state == UNIX_CONNECTED)
		return -EINVAL;
	s->state = UNIX_LISTENING;
	s->max_backlog = backlog < 0 || backlog > 4096 ? 4096 : backlog;
	s->cred = (struct ucred_abi){ current->tgid, current->cred.euid, current->cred.egid };
	return 0;
}

static int connect_stream(struct unix_sock *s, struct unix_sock *l, bool nonblock)
{
	struct unix_sock *server;
	int err;

	while (l->state == UNIX_LISTENING && !l->dead && l->nr_backlog > l->max_backlog) {
		if (nonblock)
			return -EAGAIN;
		err = wait_event_interruptible(l->wr_wait, l->nr_backlog <= l->max_backlog || l->dead);
		if (err)
			return err;
	}
	if (s->state != UNIX_IDLE)      /* after the wait: another thread may have been faster */
		return s->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	if (l->state != UNIX_LISTENING || l->dead)
		return -ECONNREFUSED;
	server = unix_alloc(s->net, s->type);
	if (!server)
		return -ENOMEM;
	server->addr = l->addr;
	server->cred = l->cred;
	unix_pair(s, server);
	list_add_tail(&server->backlog_node, &l->backlog);
	l->nr_backlog++;
	wake_up(&l->rd_wait);
	kill_fasync(l, POLL_IN);
	return 0;
}

int unix_connect(struct unix_sock *s, const struct unix_address *a, bool nonblock)
{
	struct unix_sock *target;
	int err = 0;

	if (s->netlink)
		return -EOPNOTSUPP;
	if (s->state == UNIX_LISTENING)
		return -EINVAL;
	target = unix_find_name(s, a);
	if (IS_ERR(target))
		return PTR_ERR(target);
	if (target->type != s->type) {
		err = -EPROTOTYPE;
	} else if (s->type == SOCK_DGRAM) {
		unix_put(s->peer);
		s->peer = unix_get(target);
		s->state = UNIX_CONNECTED;
	} else {
		err = connect_stream(s, target, nonblock);
	}
	unix_put(target);
	return err;
}

struct unix_sock *unix_accept(struct unix_sock *s, bool nonblock)
{
	struct unix_sock *c;
	int err;

	if (s->type == SOCK_DGRAM)
		return ERR_PTR(-EOPNOTSUPP);
	if (s->state != UNIX_LISTENING)
		return ERR_PTR(-EINVAL);
	while (list_empty(&s->backlog)) {
		if (s->read_shut)
			return ERR_PTR(-EINVAL);
		if (nonblock)
			return ERR_PTR(-EAGAIN);
		err = wait_event_interruptible(s->rd_wait, !list_empty(&s->backlog) || s->read_shut);
		if (err)
			return ERR_PTR(err);
	}
	c = list_first_entry(&s->backlog, struct unix_sock, backlog_node);
	list_del_init(&c->backlog_node);
	s->nr_backlog--;
	wake_up(&s->wr_wait);
	return c;
}
