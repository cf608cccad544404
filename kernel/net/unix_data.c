/* SPDX-License-Identifier: MIT */
/*
 * What goes through AF_UNIX sockets: queues of messages. A sender puts its bytes into the receiver's queue; both sleep
 * on the receiver's two wait queues. Everything is looked at again after a wait or a user copy.
 */
#include "unix.h"
#include <fs/fasync.h>
#include <fs/poll.h>
#include <task/signal.h>
#include <x86/cpu.h>

#define CHUNK 32768

void unix_free_message(struct unix_message *m)
{
	*m->inflight -= m->nr_files;
	unix_files_taken(m->files, m->nr_files);
	for (unsigned int i = 0; i < m->nr_files; i++)
		fput(m->files[i]);
	kfree(m->files);
	kfree(m);
}

/* --- sending --------------------------------------------------------------------------------- */

static u64 deadline(u64 timeout_ns)
{
	u64 end = ktime_get_ns() + timeout_ns;

	return timeout_ns && end > timeout_ns ? end : ~0ULL;
}

static int wait_room(struct unix_sock *s, struct unix_sock *to, unsigned int flags)
{
	int err;

	while (to->queued >= s->sndbuf) {
		if (flags & MSG_DONTWAIT)
			return -EAGAIN;
		err = wait_event_interruptible_until(to->wr_wait, to->queued < s->sndbuf || to->dead || to->read_shut || s->write_shut,
						     deadline(s->snd_timeout_ns));
		if (err)
			return err == -ETIMEDOUT ? -EAGAIN : err;
		if (to->dead || to->read_shut || s->write_shut)
			return -EPIPE;
	}
	return 0;
}

int unix_put_message(struct unix_sock *s, struct unix_sock *to, const void *buf, size_t n, copy_fn copy, struct file **files,
		     unsigned int nr_files)
{
	struct unix_message *m = kmalloc(sizeof(*m) + n, GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	if (n && copy(m->data, buf, n)) {
		kfree(m);
		return -EFAULT;
	}
	m->len = n;
	m->off = 0;
	m->cred = (struct ucred_abi){ current->tgid, current->cred.uid, current->cred.gid };
	m->from = s->addr;
	m->files = files;
	m->nr_files = nr_files;
	m->inflight = user_inflight_count(current->cred.uid);
	*m->inflight += nr_files;
	unix_files_sent(files, nr_files);
	list_add_tail(&m->list, &to->messages);
	to->queued += unix_cost(n);
	wake_up(&to->rd_wait);
	kill_fasync(to, POLL_IN);
	return 0;
}

static ssize_t broken(unsigned int flags)
{
	if (!(flags & MSG_NOSIGNAL))
		send_sig_info(SIGPIPE, NULL, current);
	return -EPIPE;
}

static ssize_t send_stream(struct unix_sock *s, const void *buf, size_t n, copy_fn copy, struct file **files, unsigned int nr_files,
			   unsigned int flags)
{
	struct unix_sock *to = s->peer;
	size_t done = 0;
	int err;

	if (!to)
		return s->state == UNIX_CONNECTED ? broken(flags) : -ENOTCONN;
	if (!n && !nr_files && s->type == SOCK_STREAM)
		return s->write_shut || to->dead ? broken(flags) : 0;
	unix_get(to);
	do {
		size_t part = s->type == SOCK_STREAM ? min(n - done, min((size_t)CHUNK, s->sndbuf / 2UL - 64)) : n;

		if (s->write_shut || to->dead || to->read_shut) {
			err = -EPIPE;
			break;
		}
		if (s->type != SOCK_STREAM && n > s->sndbuf - 32) {
			err = -EMSGSIZE;
			break;
		}
		err = wait_room(s, to, flags);
		if (err)
			break;
		err = unix_put_message(s, to, (const char *)buf + done, part, copy, files, nr_files);
		if (err)
			break;
		files = NULL;
		nr_files = 0;
		done += part;
	} while (done < n);
	unix_put(to);
	if (err == -EPIPE && !done)
		return broken(flags);
	return done || !err ? (ssize_t)done : err;
}

static ssize_t send_datagram(struct unix_sock *s, const void *buf, size_t n, copy_fn copy, const struct unix_address *a,
			     struct file **files, unsigned int nr_files, unsigned int flags)
{
	struct unix_sock *to = a ? unix_find_name(s, a) : s->peer;
	int err;

	if (!to)
		return -ENOTCONN;
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (!a)
		unix_get(to);
	err = n > s->sndbuf - 32 ? -EMSGSIZE : to->type != SOCK_DGRAM ? -EPROTOTYPE : to->dead ? -ECONNREFUSED : s->write_shut || to->read_shut ? -EPIPE : 0;
	if (!err)
		err = wait_room(s, to, flags);
	if (!err)
		err = unix_put_message(s, to, buf, n, copy, files, nr_files);
	unix_put(to);
	if (err == -EPIPE)
		return broken(flags);
	return err ? err : (ssize_t)n;
}

ssize_t unix_send(struct unix_sock *s, const void *buf, size_t n, copy_fn copy, const struct unix_address *to, struct file **files,
		  unsigned int nr_files, unsigned int flags)
{
	if (s->netlink)
		return -EOPNOTSUPP;
	if (s->type == SOCK_DGRAM)
		return send_datagram(s, buf, n, copy, to, files, nr_files, flags);
	if (to)
		return s->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	return send_stream(s, buf, n, copy, files, nr_files, flags);
}

/* --- receiving ------------------------------------------------------------------------------- */

/* No message can come any more. */
static bool at_end(const struct unix_sock *s)
{
	if (s->read_shut)
		return true;
	return s->type != SOCK_DGRAM && s->state == UNIX_CONNECTED && (!s->peer || s->peer->dead || s->peer->write_shut);
}

static int wait_message(struct unix_sock *s, unsigned int flags)
{
	int err;

	if (s->type != SOCK_DGRAM && s->state != UNIX_CONNECTED)
		return s->type == SOCK_STREAM ? -EINVAL : -ENOTCONN;
	if (unlikely(s->err) && (s->type != SOCK_STREAM || list_empty(&s->messages)))
		return -unix_take_error(s);
	if (!list_empty(&s->messages) || at_end(s))
		return 0;
	if (flags & MSG_DONTWAIT)
		return -EAGAIN;
	err = wait_event_interruptible_until(s->rd_wait, !list_empty(&s->messages) || at_end(s), deadline(s->rcv_timeout_ns));
	if (!err && list_empty(&s->messages) && s->err)
		return -unix_take_error(s);
	return err == -ETIMEDOUT ? -EAGAIN : err;
}

static void take_ancillary(struct unix_message *m, struct unix_ancillary *anc, bool peek)
{
	anc->cred = m->cred;
	anc->has_cred = true;
	anc->from = m->from;
	if (anc->from.len == 2)
		anc->from.len = 0;      /* without a name: nothing */
	if (peek)
		return;
	anc->files = m->files;
	anc->nr_files = m->nr_files;
	*m->inflight -= m->nr_files;
	unix_files_taken(m->files, m->nr_files);
	m->files = NULL;
	m->nr_files = 0;
}

static void drop_message(struct unix_sock *s, struct unix_message *m)
{
	list_del(&m->list);
	s->queued -= unix_cost(m->len);
	unix_free_message(m);
	wake_up(&s->wr_wait);
	if (s->peer) {
		wake_up(&s->peer->wr_wait);
		kill_fasync(s->peer, POLL_OUT);
	}
}

/*
 * Some of the first message behind the @done bytes that were read. Bytes, or -errno; *more: the read may go on.
 * => read_lock held: the copy may sleep, the message must stay.
 */
static ssize_t recv_piece(struct unix_sock *s, char *buf, size_t n, size_t done, copy_fn copy, struct unix_ancillary *anc, bool peek, bool *more)
{
	struct unix_message *m = list_first_entry_or_null(&s->messages, struct unix_message, list);
	bool stream = s->type == SOCK_STREAM;
	size_t part;

	*more = false;
	/* Nothing: the end. Descriptors start a new read. */
	if (!m || (done && m->nr_files))
		return 0;
	part = min(n - done, m->len - m->off);
	if (part && copy(buf + done, m->data + m->off, part))
		return -EFAULT;
	if (!done && anc) {
		take_ancillary(m, anc, peek);
		if (s->type != SOCK_DGRAM && s->peer)   /* its name as it is now */
			anc->from = s->peer->addr.len > 2 ? s->peer->addr : (struct unix_address){ .len = 0 };
		anc->full = m->len - m->off;
		anc->truncated = !stream && part < m->len - m->off;
	}
	if (peek)
		return part;
	m->off += part;
	if (m->off == m->len || !stream)
		drop_message(s, m);
	*more = stream && done + part < n;
	return part;
}

ssize_t unix_recv(struct unix_sock *s, void *buf, size_t n, copy_fn copy, struct unix_ancillary *anc, unsigned int flags)
{
	size_t done = 0;
	bool more;

	do {
		ssize_t part = wait_message(s, flags);

		if (!part) {
			mutex_lock(&s->read_lock);
			part = recv_piece(s, buf, n, done, copy, anc, flags & MSG_PEEK, &more);
			mutex_unlock(&s->read_lock);
		} else {
			more = false;
		}
		if (part < 0)
			return done ? (ssize_t)done : part;
		done += part;
	} while (more && (!list_empty(&s->messages) || (flags & MSG_WAITALL)));
	return done;
}

unsigned int unix_poll(struct unix_sock *s, struct poll_table *pt)
{
	unsigned int bits = 0;
	struct unix_sock *peer = s->peer;

	poll_wait(pt, &s->rd_wait);
	poll_wait(pt, peer ? &peer->wr_wait : &s->wr_wait);
	if (s->state == UNIX_LISTENING)
		return list_empty(&s->backlog) ? 0 : POLLIN | POLLRDNORM;
	if (!list_empty(&s->messages) || at_end(s))
		bits |= POLLIN | POLLRDNORM;
	if (s->type != SOCK_DGRAM) {
		if (s->state != UNIX_CONNECTED)
			return bits | POLLOUT | POLLHUP;
		if (at_end(s))
			bits |= POLLRDHUP;
		if (!peer || peer->dead || (s->read_shut && s->write_shut))
			bits |= POLLHUP;
		if (s->err)
			bits |= POLLERR;
	}
	if (unix_writable(s))
		bits |= POLLOUT | POLLWRNORM;
	return bits;
}
