// SPDX-License-Identifier: MIT
/* Random inserts and erases against an array of flags; after each, all invariants and every summary. */
#include "check.h"
#include <lib/rbtree_augmented.h>

enum { N = 200 };

struct item {
	struct rb_node rb;
	int key;
	int nr_below;           /* the summary: nodes in this subtree */
	int value, max_value;   /* another: the largest value in this subtree, which often does not change */
};

static int count(struct rb_node *n)
{
	return n ? rb_entry(n, struct item, rb)->nr_below : 0;
}

static bool recount(struct rb_node *n)
{
	int old = count(n);

	rb_entry(n, struct item, rb)->nr_below = 1 + count(n->left) + count(n->right);
	return count(n) != old;
}

static int max_below(struct rb_node *n)
{
	return n ? rb_entry(n, struct item, rb)->max_value : 0;
}

static bool remax(struct rb_node *n)
{
	struct item *item = rb_entry(n, struct item, rb);
	int old = item->max_value;

	item->max_value = max(item->value, max(max_below(n->left), max_below(n->right)));
	return item->max_value != old;
}

static void insert(struct rb_root *root, struct item *item, rb_augment_fn augment)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < rb_entry(parent, struct item, rb)->key ? &parent->left : &parent->right;
	}
	rb_link_node(&item->rb, parent, link);
	if (!augment) {
		rb_insert(root, &item->rb);
		return;
	}
	augment(&item->rb);
	rb_augment_path(item->rb.parent, augment);
	rb_insert_augmented(root, &item->rb, augment);
}

/* Now and then the successor's value changes with it, as the gap above a VMA that goes. */
static void erase(struct rb_root *root, struct item *item, rb_augment_fn augment)
{
	struct rb_node *next = test_below(2) ? rb_next(&item->rb) : NULL;

	if (!augment) {
		rb_erase(root, &item->rb);
		return;
	}
	if (next)
		rb_entry(next, struct item, rb)->value = (int)test_below(10);
	rb_erase_augmented(root, &item->rb, next, augment);
}

static void check_all(struct rb_root *root, const bool *present, rb_augment_fn augment)
{
	struct rb_node *n = rb_first(root);
	int total = 0;

	assert_int_equal(rb_check(root), 0);
	for (int k = 0; k < N; k++) {
		if (!present[k])
			continue;
		assert_non_null(n);
		assert_int_equal(rb_entry(n, struct item, rb)->key, k);
		if (augment == remax)
			assert_int_equal(max_below(n), max(rb_entry(n, struct item, rb)->value, max(max_below(n->left), max_below(n->right))));
		if (augment == recount)
			assert_int_equal(count(n), 1 + count(n->left) + count(n->right));
		n = rb_next(n);
		total++;
	}
	assert_null(n);
	if (augment == recount)
		assert_int_equal(count(root->node), total);
	n = rb_last(root);
	for (int k = N - 1; k >= 0; k--)
		if (present[k]) {
			assert_int_equal(rb_entry(n, struct item, rb)->key, k);
			n = rb_prev(n);
		}
	assert_null(n);
}

static void rbtree_random(rb_augment_fn augment)
{
	static struct item items[N];
	bool present[N] = { false };
	struct rb_root root = RB_ROOT;

	test_seed_init("rbtree");
	for (int i = 0; i < 10000; i++) {
		int k = (int)test_below(N);

		/* Phases of mostly filling and mostly emptying reach both ends. */
		if (present[k] && (i / 500 % 2 || test_below(4) == 0)) {
			erase(&root, &items[k], augment);
			memset(&items[k], 0xa5, sizeof(items[k]));
			present[k] = false;
		} else if (!present[k] && (i / 500 % 2 == 0 || test_below(4) == 0)) {
			items[k].key = k;
			items[k].value = (int)test_below(10);
			insert(&root, &items[k], augment);
			present[k] = true;
		}
		check_all(&root, present, augment);
	}
}

static void rbtree_random_plain(void **state)
{
	rbtree_random(NULL);
}

static void rbtree_random_augmented(void **state)
{
	rbtree_random(recount);
}

static void rbtree_random_augmented_stops_early(void **state)
{
	rbtree_random(remax);
}

/* rb_check finds each violation that it numbers. */
static void rbtree_check_sees_damage(void **state)
{
	static struct item items[20];
	struct rb_root root = RB_ROOT;

	for (int k = 0; k < 20; k++) {
		items[k].key = k;
		insert(&root, &items[k], NULL);
	}
	root.node->is_red = true;
	assert_int_equal(rb_check(&root), 1);
	root.node->is_red = false;
	rb_first(&root)->is_red ^= true;
	assert_in_range(rb_check(&root), 2, 3);
	rb_first(&root)->is_red ^= true;
	root.node->left->parent = root.node->right;
	assert_int_equal(rb_check(&root), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rbtree_random_plain),
		cmocka_unit_test(rbtree_random_augmented),
		cmocka_unit_test(rbtree_random_augmented_stops_early),
		cmocka_unit_test(rbtree_check_sees_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
