/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the pages of one file, found by page offset. A file system owns an address_space per
 * inode; read, write, mmap and exec share its pages. tmpfs files live only here.
 * Locks: [l] mapping->lock (LOCK_PAGECACHE) for the tree, [m] i_mmap_lock (LOCK_I_MMAP) for who maps it,
 * [i] the owner's lock of the inode.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include <lib/spinlock.h>
#include <mm/page.h>

/* How many pages several address_spaces may have together: a tmpfs's size=. */
struct page_limit {
	u64 used;               /* [A] */
	u64 max;                /* 0: none */
};

struct address_space {
	spinlock_t lock;
	void *tree;             /* [l] radix tree of struct page *, owned by mm/filemap.c */
	unsigned int height;
	u64 nr_pages;           /* [l] */
	u64 size;               /* [i] bytes of the file: the inode's i_size lives here */
	struct page_limit *limit; /* [I] NULL: none */
	bool is_shmem;          /* [I] pages count as shared memory (tmpfs, shared anonymous), not as file */
	void *host;             /* the inode */
	spinlock_t i_mmap_lock;
	struct list_head i_mmap; /* [m] vm_area_structs that map it */
};

void address_space_init(struct address_space *m, void *host);
/* Drops every page; nobody may use the mapping any more (the inode goes away). */
void address_space_destroy(struct address_space *m);
/* Page at @index with a reference, or NULL. */
struct page *find_get_page(struct address_space *m, u64 index);
/* The same, made (zeroed) when missing; ERR_PTR(-ENOMEM), or -ENOSPC: its limit. */
struct page *find_or_create_page(struct address_space *m, u64 index) __must_check;
/* @p, new and without marks, is the page at @index from now on: one more reference. 0, -EEXIST, -ENOMEM, -ENOSPC. */
int filemap_add_page(struct address_space *m, u64 index, struct page *p) __must_check;
/* Frees pages at and above @new_size, zeroes the tail of the last, unmaps them from every process; sets size. */
void truncate_pagecache(struct address_space *m, u64 new_size);
/* fallocate(PUNCH_HOLE), madvise(MADV_REMOVE): [start, end) bytes read as zero afterwards, whole pages are freed. */
void filemap_punch_hole(struct address_space *m, u64 start, u64 end);
/* First index >= @index that is (@present) or is not in the cache: SEEK_DATA, SEEK_HOLE. U64_MAX: none. */
u64 filemap_seek(struct address_space *m, u64 index, bool present);
/* The same mapping is unmapped from every process in pages [first, last]; @private_too: private copies as well. */
void unmap_mapping_pages(struct address_space *m, u64 first, u64 last, bool private_too);

/* read()/write() at @pos through the cache to a user (or kernel) buffer by @copy; returns bytes or -errno. */
typedef size_t (*copy_fn)(void *to, const void *from, size_t n); /* bytes not copied */
ssize_t filemap_read(struct address_space *m, u64 pos, void *buf, size_t n, copy_fn copy);
ssize_t filemap_write(struct address_space *m, u64 pos, const void *buf, size_t n, copy_fn copy);
u64 nr_pagecache_pages(void);

#endif
