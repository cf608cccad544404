// SPDX-License-Identifier: MIT
/* Red-black tree: walking, checking, and the balancing of include/lib/rbtree_augmented.h for trees without summaries. */
#include <lib/rbtree_augmented.h>

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

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent, .is_red = true };
	*link = node;
}

void rb_insert(struct rb_root *root, struct rb_node *node)
{
	rb_insert_augmented(root, node, NULL);
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
	rb_erase_augmented(root, node, NULL, NULL);
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
		if (n->is_red && (rb_is_red(n->left) || rb_is_red(n->right)))
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
