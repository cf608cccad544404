/* SPDX-License-Identifier: MIT */
/*
 * The tree of names. Each stored name is a dentry in two structures of [n]: a global hash (parent, name) for
 * lookups and its parent's tree ordered by cookie for getdents. Cookies only grow, so that a directory can be
 * read while names come and go.
 *
 * Invariants: 1 a hashed dentry is in both structures and counts one reference for it; 2 every dentry but a root
 * references its parent; 3 nr_children is the size of the tree.
 */
#include "internal.h"
#include <fs/notify.h>

#define HASH_MIN 1024

struct mutex namespace_lock;
static struct kmem_cache *dentry_cache;
static struct dentry **hash_table;      /* [1] */
static size_t hash_size, hash_used;

static u32 name_hash(const struct dentry *parent, const char *name, size_t len)
{
	u64 h = (unsigned long)parent >> 6;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * 0x100000001b3ULL;
	return (u32)(h ^ h >> 32);
}

/* Twice the size; an allocation that fails leaves the old table, only slower. */
static void hash_grow(void)
{
	size_t n = hash_size ? hash_size * 2 : HASH_MIN;
	struct dentry **t = n * sizeof(*t) > (4UL << 20) ? NULL : kzalloc(n * sizeof(*t), GFP_KERNEL);

	if (!t) {
		if (!hash_size)
			panic("no memory for the table of file names (%zu bytes): the machine needs more RAM", n * sizeof(*t));
		return;
	}
	for (size_t i = 0; i < hash_size; i++) {
		struct dentry *d, *next;

		for (d = hash_table[i]; d; d = next) {
			next = d->hash_next;
			d->hash_next = t[d->hash & (n - 1)];
			t[d->hash & (n - 1)] = d;
		}
	}
	kfree(hash_table);
	hash_table = t;
	hash_size = n;
}

struct dentry *d_alloc(struct dentry *parent, const char *name, size_t len, struct inode *inode)
{
	struct dentry *d;

	if (unlikely(!dentry_cache)) {
		dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0);
		if (!dentry_cache)
			return NULL;
	}
	d = kmem_cache_alloc(dentry_cache, GFP_KERNEL);
	if (!d)
		return NULL;
	memset(d, 0, offsetof(struct dentry, inline_name));
	d->name = d->inline_name;
	if (len >= DENTRY_INLINE) {
		d->name = kmalloc(len + 1, GFP_KERNEL);
		if (!d->name) {
			kmem_cache_free(dentry_cache, d);
			return NULL;
		}
	}
	memcpy((char *)d->name, name, len);
	((char *)d->name)[len] = '\0';
	d->len = len;
	atomic_set(&d->count, 1);
	d->parent = parent ? dget(parent) : d;
	d->hash = name_hash(d->parent, name, len);
	d->inode = inode;
	d->next_cookie = 3;     /* 1 and 2 are "." and ".." */
	return d;
}

struct dentry *d_alloc_root(struct inode *inode)
{
	return d_alloc(NULL, "/", 1, inode);
}

struct dentry *dget(struct dentry *d)
{
	atomic_inc(&d->count);
	return d;
}

void dput(struct dentry *d)
{
	while (d && atomic_dec_and_test(&d->count)) {
		struct dentry *parent = d->parent;

		if (unlikely(fsnotify_marks) && !d->inode->nlink && d->inode->marks)
			__fsnotify_inode_gone(d->inode, IN_DELETE_SELF);
		iput(d->inode);
		if (d->name != d->inline_name)
			kfree(d->name);
		kmem_cache_free(dentry_cache, d);
		d = parent != d ? parent : NULL;
	}
}

static void children_insert(struct dentry *dir, struct dentry *d)
{
	struct rb_node **link = &dir->children.node, *parent = NULL;

	/* Always the largest cookie. */
	while (*link) {
		parent = *link;
		link = &parent->right;
	}
	d->cookie = dir->next_cookie++;
	rb_link_node(&d->node, parent, link);
	rb_insert(&dir->children, &d->node);
	dir->nr_children++;
}

void d_add(struct dentry *d)
{
	struct dentry **bucket;

	if (unlikely(hash_used >= hash_size))
		hash_grow();
	bucket = &hash_table[d->hash & (hash_size - 1)];
	d->hash_next = *bucket;
	*bucket = d;
	hash_used++;
	d->hashed = true;
	children_insert(d->parent, d);
}

static void unhash(struct dentry *d)
{
	struct dentry **p = &hash_table[d->hash & (hash_size - 1)];

	while (*p != d)
		p = &(*p)->hash_next;
	*p = d->hash_next;
	hash_used--;
	d->hashed = false;
	rb_erase(&d->parent->children, &d->node);
	d->parent->nr_children--;
}

void d_drop(struct dentry *d)
{
	unhash(d);
	dput(d);
}

struct dentry *d_find(struct dentry *dir, const char *name, size_t len)
{
	u32 hash = name_hash(dir, name, len);
	struct dentry *d;

	if (unlikely(!hash_size))
		return NULL;
	for (d = hash_table[hash & (hash_size - 1)]; d; d = d->hash_next)
		if (d->hash == hash && d->parent == dir && d->len == len && !memcmp(d->name, name, len))
			return d;
	return NULL;
}

struct dentry *d_first_child_from(struct dentry *dir, u64 cookie)
{
	struct rb_node *n = dir->children.node;
	struct dentry *best = NULL;

	while (n) {
		struct dentry *d = rb_entry(n, struct dentry, node);

		if (d->cookie >= cookie) {
			best = d;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

/* Renames @d (hashed) to @name in @new_dir, where no such name is. -ENOMEM changes nothing. */
int d_move(struct dentry *d, struct dentry *new_dir, const char *name, size_t len)
{
	struct dentry *old_dir = d->parent;
	char *heap = NULL;

	if (len >= DENTRY_INLINE) {
		heap = kmalloc(len + 1, GFP_KERNEL);
		if (!heap)
			return -ENOMEM;
	}
	unhash(d);
	if (d->name != d->inline_name)
		kfree(d->name);
	d->name = heap ? heap : d->inline_name;
	memcpy((char *)d->name, name, len);
	((char *)d->name)[len] = '\0';
	d->len = len;
	d->parent = dget(new_dir);
	d->hash = name_hash(new_dir, name, len);
	d_add(d);
	dput(old_dir);
	return 0;
}

/* Each of two hashed dentries takes the other's name and place. */
void d_swap(struct dentry *a, struct dentry *b)
{
	const char *heap_a = a->name == a->inline_name ? NULL : a->name, *heap_b = b->name == b->inline_name ? NULL : b->name;
	struct dentry *parent = a->parent;
	char text[DENTRY_INLINE];
	u32 hash = a->hash;
	u16 len = a->len;

	unhash(a);
	unhash(b);
	memcpy(text, a->inline_name, sizeof(text));
	memcpy(a->inline_name, b->inline_name, sizeof(text));
	memcpy(b->inline_name, text, sizeof(text));
	a->name = heap_b ? heap_b : a->inline_name;
	b->name = heap_a ? heap_a : b->inline_name;
	a->len = b->len;
	b->len = len;
	a->hash = b->hash;
	b->hash = hash;
	a->parent = b->parent;          /* each reference changes its owner */
	b->parent = parent;
	d_add(a);
	d_add(b);
}

/* Is @a on the way from @d to its root (or @d itself)? */
bool d_is_ancestor(const struct dentry *a, const struct dentry *d)
{
	for (;; d = d->parent) {
		if (d == a)
			return true;
		if (d->parent == d)
			return false;
	}
}

static char *prepend(char *buf, char *p, const char *s, size_t len)
{
	if (!p || (size_t)(p - buf) < len)
		return NULL;
	p -= len;
	memcpy(p, s, len);
	return p;
}

/* A name that has gone, in a tree whose names are stored. */
static bool is_deleted(const struct dentry *d)
{
	return !d->hashed && d->parent != d && d->inode->sb->type && d->inode->sb->type->magic == TMPFS_MAGIC;
}

/* The names from @*at up to @root in front of @p; *at stops at it or at the root of the tree. */
static char *prepend_names(char *buf, char *p, const struct dentry **at, const struct dentry *root, bool *deleted)
{
	const struct dentry *d = *at;

	for (; p && d != root && d->parent != d; d = d->parent) {
		*deleted |= is_deleted(d);
		p = prepend(buf, p, d->name, d->len);
		p = prepend(buf, p, "/", 1);
	}
	*at = d;
	return p;
}

static char *path_text(char *buf, char *p, bool deleted)
{
	static const char gone[] = " (deleted)";

	if (p && *p == '\0')
		p = prepend(buf, p, "/", 1);
	if (p && deleted) {
		size_t len = strlen(p);

		if ((size_t)(p - buf) < sizeof(gone) - 1)
			return ERR_PTR(-ENAMETOOLONG);
		memmove(p - (sizeof(gone) - 1), p, len);
		p -= sizeof(gone) - 1;
		memcpy(p + len, gone, sizeof(gone));
	}
	return p ? p : ERR_PTR(-ENAMETOOLONG);
}

char *d_absolute_path(const struct path *path, const struct path *root, char *buf, size_t size, bool *reachable)
{
	const struct dentry *d = path->dentry;
	const struct mount *m = path->mnt;
	char *p = prepend(buf, buf + size, "", 1);
	bool deleted = false;

	if (!root && current->fs)
		root = &current->fs->root;
	*reachable = !root;
	if (!m) {
		if (d->parent == d && d->len > 1)
			return path_text(buf, prepend(buf, p, d->name, d->len), false);
		return path_text(buf, prepend_names(buf, p, &d, NULL, &deleted), deleted);
	}
	while (p) {
		const struct dentry *end = root && root->mnt == m ? root->dentry : m->root;

		if (!d_is_ancestor(end, d))
			end = m->root;  /* the root is deeper in this mount */
		p = prepend_names(buf, p, &d, end, &deleted);
		*reachable |= root && root->mnt == m && root->dentry == d;
		if ((root && *reachable) || !m->parent)
			break;
		d = m->mountpoint;
		m = m->parent;
	}
	return path_text(buf, p, deleted);
}

char *d_path(const struct path *path, char *buf, size_t size)
{
	bool reachable;

	return d_absolute_path(path, NULL, buf, size, &reachable);
}

char *dentry_path(const struct dentry *d, char *buf, size_t size)
{
	bool deleted = false;

	return path_text(buf, prepend_names(buf, prepend(buf, buf + size, "", 1), &d, NULL, &deleted), deleted);
}

char *file_path(const struct file *f, char *buf, size_t size)
{
	return d_path(&f->path, buf, size);
}
