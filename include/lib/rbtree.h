/* SPDX-License-Identifier: MIT */
/*
 * Red-black tree, intrusive, optionally augmented. The owner walks down and links
 * (rb_link_node + rb_insert); the tree only balances. Locking: the owner's.
 * Augmented users pass a callback that recomputes one node's summary from its children and says whether
 * it changed: what lies above an unchanged node needs no recomputing.
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include <lib/compiler.h>
#include <lib/types.h>

struct rb_node {
	struct rb_node *parent, *left, *right;
	bool is_red;
};

struct rb_root {
	struct rb_node *node;
};

#define RB_ROOT { NULL }
#define rb_entry(p, type, member) container_of(p, type, member)

typedef bool (*rb_augment_fn)(struct rb_node *node);

struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* @link is the child pointer (of @parent, or of the root) that was found NULL. */
void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link);
void rb_insert(struct rb_root *root, struct rb_node *node, rb_augment_fn augment);
/* The same when the caller has recomputed the summaries from @node up: @augment is for the rotations only. */
void rb_insert_augmented(struct rb_root *root, struct rb_node *node, rb_augment_fn augment);
void rb_erase(struct rb_root *root, struct rb_node *node, rb_augment_fn augment);
/* After the own value of @node changed: recompute upwards as far as it matters. */
void rb_augment_path(struct rb_node *node, rb_augment_fn augment);
/* 0, or the number of the violated invariant: 1 root black, 2 no red-red, 3 equal black height, 4 parent links. */
int rb_check(const struct rb_root *root);

#endif
