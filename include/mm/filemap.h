/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the pages of one file, found by page offset. A file system owns an address_space per
 * inode; read, write, mmap and exec share its pages. tmpfs files live only here.
 * Lock: mapping->lock (LOCK_PAGECACHE) for the tree.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include <lib/spinlock.h>
#include <mm/page.h>

struct address_space {
	spinlock_t lock;
	void *tree;             /* [l] radix tree of struct page *, owned by mm/filemap.c */
	unsigned int height;
	u64 nr_pages;           /* [l] */
	u64 size;               /* [i] bytes of the file: the inode's i_size lives here */
	void *host;             /* the inode */
	struct list_head i_mmap; /* [l] vm_area_structs that map it */
};

void address_space_init(struct address_space *m, void *host);
/* Page at @index with a reference, or NULL. */
struct page *find_get_page(struct address_space *m, u64 index);
/* The same, made (zeroed) when missing; NULL: no memory. */
struct page *find_or_create_page(struct address_space *m, u64 index) __must_check;
/* Frees pages at and above @new_size, zeroes the tail of the last, unmaps them from every process; sets size. */
void truncate_pagecache(struct address_space *m, u64 new_size);
/* read()/write() at @pos through the cache to a user (or kernel) buffer by @copy; returns bytes or -errno. */
typedef size_t (*copy_fn)(void *to, const void *from, size_t n); /* bytes not copied */
ssize_t filemap_read(struct address_space *m, u64 pos, void *buf, size_t n, copy_fn copy);
ssize_t filemap_write(struct address_space *m, u64 pos, const void *buf, size_t n, copy_fn copy);
u64 nr_pagecache_pages(void);

#endif
