// SPDX-License-Identifier: MIT
/*
 * The page cache: a radix tree of struct page * for each file, 64 slots a node, as high as the largest
 * index needs. Each cached page has one reference from the tree. tmpfs files and shared anonymous memory
 * live only here, so a page is never dropped except by truncation.
 *
 * Lock: mapping->lock for the tree; not held across copies to and from users.
 */
#include "vm_internal.h"

#define RADIX_BITS 6
#define RADIX_SLOTS (1u << RADIX_BITS)
#define RADIX_MASK (RADIX_SLOTS - 1)
#define MAX_INDEX ((1UL << 51) - 1)     /* of files: loff_t bytes */

struct radix_node {
	void *slots[RADIX_SLOTS];       /* nodes, or pages at height 1 */
	unsigned int count;             /* slots in use */
};

static struct kmem_cache *radix_cache;
static u64 total_cached;        /* [1] */

void filemap_init(void)
{
	radix_cache = kmem_cache_create_boot("radix_tree_node", sizeof(struct radix_node), 0);
}

void address_space_init(struct address_space *m, void *host)
{
	memset(m, 0, sizeof(*m));
	spin_lock_init(&m->lock, LOCK_PAGECACHE);
	spin_lock_init(&m->i_mmap_lock, LOCK_I_MMAP);
	INIT_LIST_HEAD(&m->i_mmap);
	m->host = host;
}

u64 nr_pagecache_pages(void)
{
	return total_cached;
}

static u64 max_index(unsigned int height)
{
	return height * RADIX_BITS >= 64 ? ~0UL : (1UL << (height * RADIX_BITS)) - 1;
}

static struct radix_node *node_alloc(void)
{
	struct radix_node *n = kmem_cache_alloc(radix_cache, GFP_KERNEL);

	if (n)
		memset(n, 0, sizeof(*n));
	return n;
}

/* The height-1 node that holds @index, or NULL. */
static struct radix_node *leaf_find(const struct address_space *m, u64 index)
{
	struct radix_node *n = m->tree;
	unsigned int h;

	if (!n || index > max_index(m->height))
		return NULL;
	for (h = m->height; h > 1 && n; h--)
		n = n->slots[(index >> ((h - 1) * RADIX_BITS)) & RADIX_MASK];
	return n;
}

static __always_inline bool tree_grow(struct address_space *m, u64 index)
{
	while (!m->tree || index > max_index(m->height)) {
		struct radix_node *n = node_alloc();

		if (!n)
			return false;
		if (m->tree) {
			n->slots[0] = m->tree;
			n->count = 1;
		}
		m->tree = n;
		m->height++;
	}
	return true;
}

static __always_inline struct radix_node *leaf_make(struct address_space *m, u64 index)
{
	struct radix_node *n;
	unsigned int h;

	if (!tree_grow(m, index))
		return NULL;
	n = m->tree;
	for (h = m->height; h > 1; h--) {
		void **slot = &n->slots[(index >> ((h - 1) * RADIX_BITS)) & RADIX_MASK];

		if (!*slot) {
			*slot = node_alloc();
			if (!*slot)
				return NULL;
			n->count++;
		}
		n = *slot;
	}
	return n;
}

struct page *find_get_page(struct address_space *m, u64 index)
{
	struct radix_node *n;
	struct page *p = NULL;

	spin_lock(&m->lock);
	n = leaf_find(m, index);
	if (n) {
		p = n->slots[index & RADIX_MASK];
		if (p)
			get_page(p);
	}
	spin_unlock(&m->lock);
	return p;
}

/* Pages [index, index + nr) without references, NULL where none; at most to the end of a node and of the file. */
unsigned int filemap_peek(struct address_space *m, u64 index, unsigned int nr, struct page **pages)
{
	struct radix_node *n = leaf_find(m, index);
	unsigned int first = index & RADIX_MASK, i;
	u64 file_pages = PFN_UP(m->size);

	if (!n || index >= file_pages)
		return 0;
	nr = min(nr, RADIX_SLOTS - first);
	if (index + nr > file_pages)
		nr = file_pages - index;
	for (i = 0; i < nr; i++)
		pages[i] = n->slots[first + i];
	return nr;
}

static bool charge_page(struct page_limit *l)
{
	if (!l || __atomic_fetch_add(&l->used, 1, __ATOMIC_RELAXED) < l->max || !l->max)
		return true;
	__atomic_fetch_sub(&l->used, 1, __ATOMIC_RELAXED);
	return false;
}

static void uncharge_page(struct page_limit *l)
{
	if (l)
		__atomic_fetch_sub(&l->used, 1, __ATOMIC_RELAXED);
}

/* @p, new and without marks, goes into its empty slot of @n. => m->lock */
static __always_inline void add_to_leaf(struct address_space *m, struct radix_node *n, u64 index, struct page *p)
{
	page_set(p, PG_pagecache);
	if (m->is_shmem)
		page_set(p, PG_shmem);
	p->mapping = m;
	p->index = index;
	n->slots[index & RADIX_MASK] = p;
	n->count++;
	m->nr_pages++;
	total_cached++;
}

/* The page at @index, new if need be; a new one is cleared if @zero. With a reference, or ERR_PTR. */
static struct page *get_cache_page(struct address_space *m, u64 index, bool zero, bool *is_new)
{
	struct radix_node *n;
	struct page *p;

	*is_new = false;
	if (index > MAX_INDEX)
		return ERR_PTR(-ENOMEM);
	spin_lock(&m->lock);
	n = leaf_make(m, index);
	if (!n) {
		spin_unlock(&m->lock);
		return ERR_PTR(-ENOMEM);
	}
	p = n->slots[index & RADIX_MASK];
	if (!p) {
		bool charged = charge_page(m->limit);

		p = charged ? alloc_page(GFP_HIGHUSER) : NULL;
		if (!p) {
			if (charged)
				uncharge_page(m->limit);
			spin_unlock(&m->lock);
			return ERR_PTR(charged ? -ENOMEM : -ENOSPC);
		}
		if (zero)
			clear_highpage(p);
		add_to_leaf(m, n, index, p);
		*is_new = true;
	}
	get_page(p);
	spin_unlock(&m->lock);
	return p;
}

struct page *find_or_create_page(struct address_space *m, u64 index)
{
	bool is_new;

	return get_cache_page(m, index, true, &is_new);
}

int filemap_add_page(struct address_space *m, u64 index, struct page *p)
{
	struct radix_node *n;
	int err = 0;

	if (index > MAX_INDEX)
		return -ENOMEM;
	spin_lock(&m->lock);
	n = leaf_make(m, index);
	if (!n)
		err = -ENOMEM;
	else if (n->slots[index & RADIX_MASK])
		err = -EEXIST;
	else if (!charge_page(m->limit))
		err = -ENOSPC;
	if (!err) {
		add_to_leaf(m, n, index, p);
		get_page(p);
	}
	spin_unlock(&m->lock);
	return err;
}

/* ---- removal ---- */

static void drop_page(struct address_space *m, struct page *p)
{
	page_clear(p, PG_pagecache);
	page_clear(p, PG_shmem);
	p->mapping = NULL;
	m->nr_pages--;
	uncharge_page(m->limit);
	total_cached--;
	put_page(p);
}

/* Drops pages [first, last] below @n, which starts at index @base. True: the node is empty. */
static bool drop_range(struct address_space *m, struct radix_node *n, unsigned int height, u64 base, u64 first, u64 last)
{
	unsigned int shift = (height - 1) * RADIX_BITS, i = 0;

	if (first > base)
		i = (first - base) >> shift;
	for (; i < RADIX_SLOTS && n->count; i++) {
		u64 start = base + ((u64)i << shift);

		if (start > last)
			break;
		if (!n->slots[i])
			continue;
		if (height > 1) {
			if (!drop_range(m, n->slots[i], height - 1, start, first, last))
				continue;
			kmem_cache_free(radix_cache, n->slots[i]);
		} else {
			drop_page(m, n->slots[i]);
		}
		n->slots[i] = NULL;
		n->count--;
	}
	return n->count == 0;
}

void filemap_drop_pages(struct address_space *m, u64 first, u64 last)
{
	spin_lock(&m->lock);
	if (m->tree && first <= last && first <= max_index(m->height) && drop_range(m, m->tree, m->height, 0, first, last)) {
		kmem_cache_free(radix_cache, m->tree);
		m->tree = NULL;
		m->height = 0;
	}
	spin_unlock(&m->lock);
}

void address_space_destroy(struct address_space *m)
{
	BUG_ON(!list_empty(&m->i_mmap));
	filemap_drop_pages(m, 0, U64_MAX);
}

/* First index in the subtree of @n at or after @index with a page; U64_MAX: none. */
static u64 next_page(const struct radix_node *n, unsigned int height, u64 base, u64 index)
{
	unsigned int shift = (height - 1) * RADIX_BITS, i = 0;

	if (index > base)
		i = (index - base) >> shift;
	for (; i < RADIX_SLOTS; i++) {
		u64 start = base + ((u64)i << shift), found;

		if (!n->slots[i])
			continue;
		if (height == 1)
			return start;
		found = next_page(n->slots[i], height - 1, start, index);
		if (found != U64_MAX)
			return found;
	}
	return U64_MAX;
}

u64 filemap_seek(struct address_space *m, u64 index, bool present)
{
	u64 found = index;

	spin_lock(&m->lock);
	if (present) {
		found = U64_MAX;
		if (m->tree && index <= max_index(m->height))
			found = next_page(m->tree, m->height, 0, index);
	} else {
		struct radix_node *n;

		while ((n = leaf_find(m, found)) && n->slots[found & RADIX_MASK])
			found++;
	}
	spin_unlock(&m->lock);
	return found;
}

/* ---- read and write ---- */

ssize_t filemap_read(struct address_space *m, u64 pos, void *buf, size_t n, copy_fn copy)
{
	size_t done = 0;

	if (pos >= m->size)
		return 0;
	n = min(n, m->size - pos);
	while (done < n) {
		size_t off = pos & ~PAGE_MASK, chunk = min(n - done, PAGE_SIZE - off), left;
		struct page *p = find_get_page(m, pos >> PAGE_SHIFT);
		char *from = kmap_local_page(p ? p : zero_page);

		left = copy((char *)buf + done, from + off, chunk);
		kunmap_local(from);
		if (p)
			put_page(p);
		done += chunk - left;
		pos += chunk - left;
		if (left)
			return done ? (ssize_t)done : -EFAULT;
	}
	return done;
}

/* One page's part of a write. Bytes written, or -errno. */
static ssize_t write_page(struct address_space *m, u64 pos, const void *from, size_t chunk, copy_fn copy)
{
	size_t off = pos & ~PAGE_MASK, left;
	bool is_new;
	struct page *p = get_cache_page(m, pos >> PAGE_SHIFT, chunk != PAGE_SIZE, &is_new);
	char *to;

	if (IS_ERR(p))
		return -ENOSPC;
	to = kmap_local_page(p);
	left = copy(to + off, from, chunk);
	if (unlikely(left) && is_new && chunk == PAGE_SIZE)
		memset(to + chunk - left, 0, left);     /* the page was not cleared */
	kunmap_local(to);
	page_set(p, PG_dirty);
	put_page(p);
	return left == chunk ? -EFAULT : (ssize_t)(chunk - left);
}

ssize_t filemap_write(struct address_space *m, u64 pos, const void *buf, size_t n, copy_fn copy)
{
	size_t done = 0;
	ssize_t ret = 0;

	if (pos > MAX_INDEX << PAGE_SHIFT || n > (MAX_INDEX << PAGE_SHIFT) - pos)
		return -EFBIG;
	while (done < n) {
		size_t chunk = min(n - done, PAGE_SIZE - (pos & ~PAGE_MASK));

		ret = write_page(m, pos, (const char *)buf + done, chunk, copy);
		if (ret < 0)
			break;
		done += ret;
		pos += ret;
		if (pos > m->size)
			m->size = pos;
		if ((size_t)ret < chunk)
			break;
	}
	return done ? (ssize_t)done : ret;
}
