/* SPDX-License-Identifier: MIT */
/*
 * How a red-black tree is balanced (Guibas and Sedgewick 1978; deletion as in Cormen et al., chapter 13). NULL is
 * the black leaf. Inline, so that an augmented tree's callback costs no calls.
 *
 * @augment recomputes one node's summary from its own value and its children and says whether it changed: what lies
 * above an unchanged node needs no recomputing. With it, every node's summary is right when a call returns: after a
 * structural change the path to the root is recomputed as far as summaries change, and a rotation, which moves nodes
 * but no set of descendants above it, recomputes its two nodes. NULL: the tree has no summaries.
 */
#ifndef LIB_RBTREE_AUGMENTED_H
#define LIB_RBTREE_AUGMENTED_H

#include <lib/rbtree.h>

typedef bool (*rb_augment_fn)(struct rb_node *node);

static inline bool rb_is_red(const struct rb_node *n)
{
	return n && n->is_red;
}

/* After the own value of @node changed: recompute upwards as far as it matters. */
static __always_inline void rb_augment_path(struct rb_node *node, rb_augment_fn augment)
{
	while (node && augment(node))
		node = node->parent;
}

/* @new takes the place of @old below @old's parent. */
static inline void rb_replace_child(struct rb_root *root, struct rb_node *old, struct rb_node *new)
{
	struct rb_node *parent = old->parent;

	if (!parent)
		root->node = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
	if (new)
		new->parent = parent;
}

/* @up, a child of @down, goes above it. */
static inline void rb_rotate(struct rb_root *root, struct rb_node *down, struct rb_node *up, rb_augment_fn augment)
{
	struct rb_node *moved;

	rb_replace_child(root, down, up);
	if (down->left == up) {
		moved = up->right;
		down->left = moved;
		up->right = down;
	} else {
		moved = up->left;
		down->right = moved;
		up->left = down;
	}
	if (moved)
		moved->parent = down;
	down->parent = up;
	if (augment) {
		augment(down);
		augment(up);
	}
}

/* @node is linked and the summaries from it up are right: @augment is for the rotations only. */
static __always_inline void rb_insert_augmented(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	struct rb_node *parent, *grand, *uncle;

	while (rb_is_red(parent = node->parent)) {
		grand = parent->parent;         /* a red node is never the root */
		uncle = grand->left == parent ? grand->right : grand->left;
		if (rb_is_red(uncle)) {
			parent->is_red = uncle->is_red = false;
			grand->is_red = true;
			node = grand;
			continue;
		}
		if ((grand->left == parent) != (parent->left == node)) {
			rb_rotate(root, parent, node, augment);
			parent = node;
		}
		parent->is_red = false;
		grand->is_red = true;
		rb_rotate(root, grand, parent, augment);
		break;
	}
	root->node->is_red = false;
}

/* The paths through @node (perhaps NULL, child of @parent) lack one black. */
static __always_inline void rb_erase_fixup(struct rb_root *root, struct rb_node *node, struct rb_node *parent, rb_augment_fn augment)
{
	struct rb_node *sibling, *near, *far;

	while (parent && !rb_is_red(node)) {
		bool left = parent->left == node;

		sibling = left ? parent->right : parent->left;
		if (sibling->is_red) {
			sibling->is_red = false;
			parent->is_red = true;
			rb_rotate(root, parent, sibling, augment);
			sibling = left ? parent->right : parent->left;
		}
		near = left ? sibling->left : sibling->right;
		far = left ? sibling->right : sibling->left;
		if (!rb_is_red(near) && !rb_is_red(far)) {
			sibling->is_red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!rb_is_red(far)) {
			near->is_red = false;
			sibling->is_red = true;
			rb_rotate(root, sibling, near, augment);
			far = sibling;
			sibling = near;
		}
		sibling->is_red = parent->is_red;
		parent->is_red = false;
		far->is_red = false;
		rb_rotate(root, parent, sibling, augment);
		return;
	}
	if (node)
		node->is_red = false;
}

/* From @node up, in any case as far as @through, whose own value or place changed (NULL: no such node). */
static __always_inline void rb_augment_through(struct rb_node *node, struct rb_node *through, rb_augment_fn augment)
{
	for (; through; node = node->parent) {
		augment(node);
		if (node == through)
			through = NULL;
	}
	rb_augment_path(node, augment);
}

/* @changed: @node's successor, if the caller has changed its own value and not yet recomputed summaries, or NULL. */
static __always_inline void rb_erase_augmented(struct rb_root *root, struct rb_node *node, struct rb_node *changed,
					       rb_augment_fn augment)
{
	struct rb_node *child, *parent;
	bool lost_black;

	if (node->left && node->right) {        /* the successor, which has no left child, takes our place */
		struct rb_node *next = rb_next(node);

		child = next->right;
		lost_black = !next->is_red;
		parent = next->parent == node ? next : next->parent;
		rb_replace_child(root, next, child);
		next->left = node->left;
		next->right = node->right;
		next->is_red = node->is_red;
		next->left->parent = next;
		if (next->right)
			next->right->parent = next;
		rb_replace_child(root, node, next);
		changed = next;
	} else {
		child = node->left ? node->left : node->right;
		parent = node->parent;
		lost_black = !node->is_red;
		rb_replace_child(root, node, child);
	}
	if (augment)
		rb_augment_through(child && child == changed ? child : parent, changed, augment);
	if (lost_black)
		rb_erase_fixup(root, child, parent, augment);
}

#endif
