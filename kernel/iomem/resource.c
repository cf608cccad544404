// SPDX-License-Identifier: MIT
/*
 * The tree of struct resource, with Linux's rules of insertion. Siblings are a sorted singly linked
 * list below their parent; no call recurses, the walk climbs by parent pointers.
 */
#include <iomem/resource.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <uapi/errno.h>

struct resource iomem_resource = {
	.start = 0,
	.end = U64_MAX,
	.name = "PCI mem",
	.flags = IORESOURCE_MEM,
};

static spinlock_t resource_lock = SPIN_LOCK_INIT(LOCK_RESOURCE);

/* Links @new below @parent. NULL, or who is in the way (@parent: @new is not inside it). */
static struct resource *request(struct resource *parent, struct resource *new)
{
	struct resource **link = &parent->child, *r;

	if (new->start > new->end || new->start < parent->start || new->end > parent->end)
		return parent;
	for (; (r = *link) && r->start <= new->end; link = &r->sibling)
		if (r->end >= new->start)
			return r;
	new->sibling = r;
	new->parent = parent;
	*link = new;
	return NULL;
}

/* @new takes the siblings @first to @last, all inside it, as its children. */
static void adopt(struct resource *parent, struct resource *new, struct resource *first, struct resource *last)
{
	struct resource **link = &parent->child;

	while (*link != first)
		link = &(*link)->sibling;
	*link = new;
	new->parent = parent;
	new->sibling = last->sibling;
	new->child = first;
	last->sibling = NULL;
	for (; first; first = first->sibling)
		first->parent = new;
}

/* NULL, or the conflict. */
static struct resource *insert(struct resource *parent, struct resource *new)
{
	struct resource *first, *last;

	for (;; parent = first) {
		first = request(parent, new);
		if (!first || first == parent)
			return first;
		if (first->start > new->start || first->end < new->end)
			break;
		if (first->start == new->start && first->end == new->end)
			break;
	}
	for (last = first; ; last = last->sibling) {
		if (last->start < new->start || last->end > new->end)
			return last;
		if (!last->sibling || last->sibling->start > new->end)
			break;
	}
	adopt(parent, new, first, last);
	return NULL;
}

/* A node that is in some tree must not be linked again. */
static bool is_linked(const struct resource *r)
{
	return r->parent != NULL || r->sibling != NULL;
}

int request_resource(struct resource *root, struct resource *new)
{
	struct resource *conflict;

	if (new->start > new->end || is_linked(new))
		return -EINVAL;
	spin_lock(&resource_lock);
	conflict = request(root, new);
	spin_unlock(&resource_lock);
	return conflict ? -EBUSY : 0;
}

int insert_resource(struct resource *root, struct resource *new)
{
	struct resource *conflict;

	if (new->start > new->end || is_linked(new) || new->child)
		return -EINVAL;
	spin_lock(&resource_lock);
	conflict = insert(root, new);
	spin_unlock(&resource_lock);
	return conflict ? -EBUSY : 0;
}

int insert_resource_expand_to_fit(struct resource *root, struct resource *new)
{
	struct resource *conflict;

	if (new->start > new->end || is_linked(new) || new->child)
		return -EINVAL;
	spin_lock(&resource_lock);
	while ((conflict = insert(root, new)) && conflict != root) {
		/* A conflict is never covered by @new, so this grows each time and ends. */
		new->start = min(new->start, conflict->start);
		new->end = max(new->end, conflict->end);
	}
	spin_unlock(&resource_lock);
	return conflict ? -EBUSY : 0;
}

int release_resource(struct resource *res)
{
	struct resource **link;
	int ret = -EINVAL;

	spin_lock(&resource_lock);
	for (link = res->parent ? &res->parent->child : NULL; link && *link; link = &(*link)->sibling) {
		if (*link != res)
			continue;
		*link = res->sibling;
		res->parent = res->sibling = NULL;
		ret = 0;
		break;
	}
	spin_unlock(&resource_lock);
	return ret;
}

struct resource *resource_find(struct resource *root, u64 addr)
{
	struct resource *found = root, *r;

	spin_lock(&resource_lock);
	for (r = root->child; r && r->start <= addr;) {
		if (addr <= r->end) {
			found = r;
			r = r->child;
		} else {
			r = r->sibling;
		}
	}
	spin_unlock(&resource_lock);
	return found;
}

/* The node after @r in depth-first order below @root, NULL at the end; *depth follows. */
static struct resource *next_node(struct resource *root, struct resource *r, int *depth)
{
	if (r->child) {
		(*depth)++;
		return r->child;
	}
	while (r != root && !r->sibling) {
		r = r->parent;
		(*depth)--;
	}
	return r == root ? NULL : r->sibling;
}

int resource_walk(struct resource *root, int (*fn)(const struct resource *res, int depth, void *arg), void *arg)
{
	struct resource *r;
	int depth = -1, ret = 0;

	spin_lock(&resource_lock);
	for (r = next_node(root, root, &depth); r && !ret; r = next_node(root, r, &depth))
		ret = fn(r, depth, arg);
	spin_unlock(&resource_lock);
	return ret;
}

int resource_format(const struct resource *res, int depth, u64 root_end, char *buf, size_t size)
{
	int width = root_end < 0x10000 ? 4 : 8;

	return scnprintf(buf, size, "%*s%0*llx-%0*llx : %s\n", 2 * depth, "", width, (unsigned long long)res->start,
			 width, (unsigned long long)res->end, res->name ? res->name : "<BAD>");
}

static int check_node(const struct resource *r)
{
	if (r->start > r->end)
		return 3;
	for (const struct resource *c = r->child; c; c = c->sibling) {
		if (c->parent != r)
			return 4;
		if (c->start < r->start || c->end > r->end)
			return 1;
		if (c->sibling && c->sibling->start <= c->end)
			return 2;
	}
	return 0;
}

int resource_check(struct resource *root)
{
	struct resource *r;
	int depth = -1, bad = 0;

	spin_lock(&resource_lock);
	for (r = root; r && !bad; r = next_node(root, r, &depth))
		bad = check_node(r);
	spin_unlock(&resource_lock);
	return bad;
}
