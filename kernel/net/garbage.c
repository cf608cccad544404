/* SPDX-License-Identifier: MIT */
/*
 * Sockets under way, and circles of them. A socket that nothing but messages refers to, and messages in the queues of such
 * sockets only, can never be received: unix_gc() empties their queues, and with the messages they go (SCM_RIGHTS, unix(7)).
 *
 * How: candidates are the sockets under way whose file has no other references than from messages. Each reference from a
 * candidate's queue is taken off. Who has some left is wanted from outside; who lies in the queue of a wanted one is wanted,
 * too. The rest is garbage. Nothing sleeps until that is known.
 */
#include "unix.h"

static LIST_HEAD(under_way);    /* [1] sockets whose file is in a message */
static bool collecting;         /* [1] */

static struct unix_sock *sock_of(const struct file *f)
{
	return f->op == &socket_fops ? f->private : NULL;
}

void unix_files_sent(struct file **files, unsigned int nr_files)
{
	for (unsigned int i = 0; i < nr_files; i++) {
		struct unix_sock *s = sock_of(files[i]);

		if (s && !s->inflight++) {
			s->file = files[i];
			list_add_tail(&s->under_way, &under_way);
		}
	}
}

void unix_files_taken(struct file **files, unsigned int nr_files)
{
	for (unsigned int i = 0; i < nr_files; i++) {
		struct unix_sock *s = sock_of(files[i]);

		if (s && !--s->inflight)
			list_del_init(&s->under_way);
	}
}

static void take_off(struct unix_sock *s, struct list_head *wanted)
{
	s->wanted_refs--;
}

static void want(struct unix_sock *s, struct list_head *wanted)
{
	s->candidate = false;
	list_move_tail(&s->under_way, wanted);
}

/* @fn for each reference to a candidate from @s's queue. */
static void for_each_in_queue(struct unix_sock *s, void (*fn)(struct unix_sock *s, struct list_head *wanted), struct list_head *wanted)
{
	struct unix_message *m;

	list_for_each_entry(m, &s->messages, list)
		for (unsigned int i = 0; i < m->nr_files; i++) {
			struct unix_sock *t = sock_of(m->files[i]);

			if (t && t->candidate)
				fn(t, wanted);
		}
}

/* ... and from those of the connections that wait to be accepted. */
static void for_each_held(struct unix_sock *s, void (*fn)(struct unix_sock *s, struct list_head *wanted), struct list_head *wanted)
{
	struct unix_sock *c;

	for_each_in_queue(s, fn, wanted);
	list_for_each_entry(c, &s->backlog, backlog_node)
		for_each_in_queue(c, fn, wanted);
}

/* Moves who is not garbage from under_way to @wanted. */
static void find_wanted(struct list_head *wanted)
{
	struct unix_sock *s, *next;

	list_for_each_entry(s, &under_way, under_way) {
		s->candidate = atomic_read(&s->file->count) == (int)s->inflight;
		s->wanted_refs = s->inflight;
	}
	list_for_each_entry(s, &under_way, under_way)
		if (s->candidate)
			for_each_held(s, take_off, NULL);
	list_for_each_entry_safe(s, next, &under_way, under_way)
		if (!s->candidate || s->wanted_refs)
			want(s, wanted);
	list_for_each_entry(s, wanted, under_way)       /* grows while it is walked */
		for_each_held(s, want, wanted);
}

static void empty_queue(struct unix_sock *s, struct list_head *messages)
{
	list_splice_init(&s->messages, messages);
	s->queued = 0;
}

void unix_gc(void)
{
	LIST_HEAD(wanted);
	LIST_HEAD(messages);
	struct unix_sock *s, *c;

	if (collecting || list_empty(&under_way))
		return;
	collecting = true;
	find_wanted(&wanted);
	list_for_each_entry(s, &under_way, under_way) {
		empty_queue(s, &messages);
		list_for_each_entry(c, &s->backlog, backlog_node)
			empty_queue(c, &messages);
	}
	list_splice_init(&wanted, &under_way);
	while (!list_empty(&messages)) {
		struct unix_message *m = list_first_entry(&messages, struct unix_message, list);

		list_del(&m->list);
		unix_free_message(m);
	}
	collecting = false;
}
