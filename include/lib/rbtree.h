/* SPDX-License-Identifier: MIT */
/*
 * Red-black tree, intrusive. The owner walks down and links (rb_link_node + rb_insert); the tree only
 * balances. Trees whose nodes carry a summary of what is below them: lib/rbtree_augmented.h.
 * Locking: the owner's.
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

struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* @link is the child pointer (of @parent, or of the root) that was found NULL. */
void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link);
void rb_insert(struct rb_root *root, struct rb_node *node);
void rb_erase(struct rb_root *root, struct rb_node *node);
/* 0, or the number of the violated invariant: 1 root black, 2 no red-red, 3 equal black height, 4 parent links. */
int rb_check(const struct rb_root *root);

#endif
