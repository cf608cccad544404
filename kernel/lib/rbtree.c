// SPDX-License-Identifier: MIT
/*
 * Red-black tree (Guibas and Sedgewick 1978; deletion as in Cormen et al., chapter 13). NULL is the
 * black leaf. With @augment, every node's summary is right when a call returns: after a structural
 * change the path to the root is recomputed as far as summaries change, and a rotation, which moves nodes but no set of
 * descendants above it, recomputes its two nodes.
 */
#include <lib/rbtree.h>

static bool is_red(const struct rb_node *n)
{
	return n && n->is_red;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->left)
		n = n->left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->node;

	while (n && n->right)
		n = n->right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *n;

	if (node->right) {
		for (n = node->right; n->left; n = n->left)
			;
		return n;
	}
	for (n = node->parent; n && node == n->right; n = n->parent)
		node = n;
	return n;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *n;

	if (node->left) {
		for (n = node->left; n->right; n = n->right)
			;
		return n;
	}
	for (n = node->parent; n && node == n->left; n = n->parent)
		node = n;
	return n;
}

void rb_augment_path(struct rb_node *node, rb_augment_fn augment)
{
	while (node && augment(node))
		node = node->parent;
}

/* @new takes the place of @old below @old's parent. */
static void replace_child(struct rb_root *root, struct rb_node *old, struct rb_node *new)
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
static void rotate(struct rb_root *root, struct rb_node *down, struct rb_node *up, rb_augment_fn augment)
{
	struct rb_node *moved;

	replace_child(root, down, up);
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

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent, .is_red = true };
	*link = node;
}

void rb_insert(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	if (augment) {
		augment(node);
		rb_augment_path(node->parent, augment);
	}
	rb_insert_augmented(root, node, augment);
}

void rb_insert_augmented(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	struct rb_node *parent, *grand, *uncle;

	while (is_red(parent = node->parent)) {
		grand = parent->parent;         /* a red node is never the root */
		uncle = grand->left == parent ? grand->right : grand->left;
		if (is_red(uncle)) {
			parent->is_red = uncle->is_red = false;
			grand->is_red = true;
			node = grand;
			continue;
		}
		if ((grand->left == parent) != (parent->left == node)) {
			rotate(root, parent, node, augment);
			parent = node;
		}
		parent->is_red = false;
		grand->is_red = true;
		rotate(root, grand, parent, augment);
		break;
	}
	root->node->is_red = false;
}

/* The paths through @node (perhaps NULL, child of @parent) lack one black. */
static void erase_fixup(struct rb_root *root, struct rb_node *node, struct rb_node *parent, rb_augment_fn augment)
{
	struct rb_node *sibling, *near, *far;

	while (parent && !is_red(node)) {
		bool left = parent->left == node;

		sibling = left ? parent->right : parent->left;
		if (sibling->is_red) {
			sibling->is_red = false;
			parent->is_red = true;
			rotate(root, parent, sibling, augment);
			sibling = left ? parent->right : parent->left;
		}
		near = left ? sibling->left : sibling->right;
		far = left ? sibling->right : sibling->left;
		if (!is_red(near) && !is_red(far)) {
			sibling->is_red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!is_red(far)) {
			near->is_red = false;
			sibling->is_red = true;
			rotate(root, sibling, near, augment);
			far = sibling;
			sibling = near;
		}
		sibling->is_red = parent->is_red;
		parent->is_red = false;
		far->is_red = false;
		rotate(root, parent, sibling, augment);
		return;
	}
	if (node)
		node->is_red = false;
}

/*
 * From @node up. @moved, when not NULL, took another node's place on the way: its own old summary says nothing
 * about that place, so no early end up to there.
 */
static void augment_after_erase(struct rb_node *node, struct rb_node *moved, rb_augment_fn augment)
{
	for (; moved; node = node->parent) {
		augment(node);
		if (node == moved)
			moved = NULL;
	}
	rb_augment_path(node, augment);
}

void rb_erase(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	struct rb_node *child, *parent, *next = NULL;
	bool lost_black;

	if (node->left && node->right) {        /* the successor, which has no left child, takes our place */
		next = rb_next(node);
		child = next->right;
		lost_black = !next->is_red;
		parent = next->parent == node ? next : next->parent;
		replace_child(root, next, child);
		next->left = node->left;
		next->right = node->right;
		next->is_red = node->is_red;
		next->left->parent = next;
		if (next->right)
			next->right->parent = next;
		replace_child(root, node, next);
	} else {
		child = node->left ? node->left : node->right;
		parent = node->parent;
		lost_black = !node->is_red;
		replace_child(root, node, child);
	}
	if (augment)
		augment_after_erase(parent, next, augment);
	if (lost_black)
		erase_fixup(root, child, parent, augment);
}

/* Climbs from a leaf to the root; returns the number of black nodes on the way. */
static int black_height(const struct rb_node *leaf)
{
	int n = 0;

	for (; leaf; leaf = leaf->parent)
		n += !leaf->is_red;
	return n;
}

int rb_check(const struct rb_root *root)
{
	int height = -1;

	if (!root->node)
		return 0;
	if (root->node->is_red)
		return 1;
	if (root->node->parent)
		return 4;
	for (const struct rb_node *n = rb_first(root); n; n = rb_next(n)) {
		if ((n->left && n->left->parent != n) || (n->right && n->right->parent != n))
			return 4;
		if (n->parent ? n->parent->left != n && n->parent->right != n : n != root->node)
			return 4;
		if (n->is_red && (is_red(n->left) || is_red(n->right)))
			return 2;
		if (n->left && n->right)
			continue;
		if (height < 0)
			height = black_height(n);
		if (black_height(n) != height)
			return 3;
	}
	return 0;
}
