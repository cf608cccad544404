/* SPDX-License-Identifier: MIT */
/*
 * Circular doubly linked list, the head is a node of its own.
 * Locking: the owner's. An unlinked node points to itself (list_del_init) or
 * nowhere (list_del); walking while deleting wants list_for_each_entry_safe.
 */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <lib/compiler.h>
#include <lib/types.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *h)
{
	h->next = h->prev = h;
}

static inline bool list_empty(const struct list_head *h)
{
	return h->next == h;
}

static inline void __list_add(struct list_head *n, struct list_head *prev, struct list_head *next)
{
	next->prev = n;
	n->next = next;
	n->prev = prev;
	prev->next = n;
}

static inline void list_add(struct list_head *n, struct list_head *head)
{
	__list_add(n, head, head->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	__list_add(n, head->prev, head);
}

static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	n->next = n->prev = NULL;
}

static inline void list_del_init(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	INIT_LIST_HEAD(n);
}

static inline void list_move(struct list_head *n, struct list_head *head)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add(n, head);
}

static inline bool list_is_last(const struct list_head *n, const struct list_head *head)
{
	return n->next == head;
}

static inline void list_move_tail(struct list_head *n, struct list_head *head)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add_tail(n, head);
}

/* All of @list goes to the front of @head; @list is left empty. */
static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	INIT_LIST_HEAD(list);
}

#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(h, type, member) list_entry((h)->next, type, member)
#define list_last_entry(h, type, member) list_entry((h)->prev, type, member)
#define list_first_entry_or_null(h, type, member) \
	(list_empty(h) ? NULL : list_first_entry(h, type, member))
#define list_next_entry(e, member) list_entry((e)->member.next, __typeof__(*(e)), member)
#define list_for_each(p, h) for ((p) = (h)->next; (p) != (h); (p) = (p)->next)
#define list_for_each_entry(e, h, member) \
	for ((e) = list_first_entry(h, __typeof__(*(e)), member); &(e)->member != (h); \
	     (e) = list_next_entry(e, member))
#define list_for_each_entry_safe(e, n, h, member) \
	for ((e) = list_first_entry(h, __typeof__(*(e)), member), (n) = list_next_entry(e, member); \
	     &(e)->member != (h); (e) = (n), (n) = list_next_entry(n, member))

#endif
