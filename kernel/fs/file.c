/* SPDX-License-Identifier: MIT */
/*
 * Open files and descriptor tables. A table starts with 64 slots inside its struct and doubles when they
 * run out. A task whose table nobody shares uses its files without taking references (fdget).
 */
#include "internal.h"
#include <fs/fasync.h>
#include <fs/notify.h>
#include <mm/vmalloc.h>

static struct kmem_cache *file_cache, *files_cache, *fs_cache;

struct files_struct init_files = {
	.count = ATOMIC_INIT(1), .max = NR_OPEN_INLINE, .fd = init_files.inline_fd,
	.open_bits = init_files.inline_open, .cloexec_bits = init_files.inline_cloexec,
};
struct fs_struct init_fs = { .count = ATOMIC_INIT(1), .umask = 022 };

static struct kmem_cache *cache_of(struct kmem_cache **c, const char *name, size_t size)
{
	if (unlikely(!*c))
		*c = kmem_cache_create(name, size, 0);
	return *c;
}

struct file *alloc_file(struct path path, unsigned int flags, const struct file_operations *op)
{
	struct kmem_cache *c = cache_of(&file_cache, "filp", sizeof(struct file));
	struct file *f = c ? kmem_cache_alloc(c, GFP_KERNEL) : NULL;

	if (!f)
		return NULL;
	memset(f, 0, sizeof(*f));
	atomic_set(&f->count, 1);
	f->flags = flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC);
	f->mode = (flags + 1) & (FMODE_READ | FMODE_WRITE);
	f->inode = path.dentry->inode;
	f->path = path;
	f->op = op;
	mutex_init(&f->pos_lock);
	return f;
}

struct file *get_file(struct file *f)
{
	atomic_inc(&f->count);
	return f;
}

void fput(struct file *f)
{
	if (!atomic_dec_and_test(&f->count))
		return;
	if (unlikely(f->has_locks))
		locks_remove_file(f);
	if (unlikely(nr_leases))
		leases_remove_file(f);
	if (unlikely(f->epitems))
		epoll_file_gone(f);
	if (unlikely(fsnotify_marks) && f->op && !(f->mode & FMODE_PATH))
		fsnotify_file(f, (f->mode & FMODE_WRITE) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	if (unlikely(f->owner))
		file_owner_free(f);     /* first: what ends now signals nobody */
	if (f->op && f->op->release && !(f->mode & FMODE_PATH))
		f->op->release(f);
	if (f->mode & FMODE_WRITER) {
		atomic_dec(&f->inode->writers);
		if (f->path.mnt)
			atomic_dec(&f->path.mnt->writers);
	}
	path_put(f->path);
	kmem_cache_free(file_cache, f);
}

struct file *fget(unsigned int fd)
{
	struct file *f = fget_raw(fd);

	if (f && (f->mode & FMODE_PATH)) {
		fput(f);
		return NULL;
	}
	return f;
}

struct file *fget_raw(unsigned int fd)
{
	return fget_task(current, fd);
}

struct file *fget_task(struct task_struct *t, unsigned int fd)
{
	struct files_struct *fs = t->files;

	if (!fs || fd >= fs->max || !fs->fd[fd])
		return NULL;
	return get_file(fs->fd[fd]);
}

int next_fd_of(struct task_struct *t, unsigned int from)
{
	struct files_struct *fs = t->files;

	for (; fs && from < fs->max; from++)
		if (fs->fd[from])
			return from;
	return -1;
}

static void free_tables(struct files_struct *fs)
{
	if (fs->fd != fs->inline_fd) {
		kvfree(fs->fd);
		kvfree(fs->open_bits);
	}
}

/* Zeroed. Up to nr_open slots: more than the buddy's largest block. */
static void *table_alloc(size_t size)
{
	return size <= 1UL << 20 ? kzalloc(size, GFP_KERNEL) : vzalloc(size);
}

/* Room for slot @fd. The bitmaps share one allocation. */
int sysctl_nr_open = 1 << 20;

static int grow(struct files_struct *fs, unsigned int fd)
{
	unsigned int max = fs->max;
	struct file **t;
	u64 *bits;

	if (fd >= (unsigned int)sysctl_nr_open)
		return -EMFILE;
	while (max <= fd)
		max *= 2;
	t = table_alloc(max * sizeof(*t));
	bits = table_alloc(max / 4);
	if (!t || !bits) {
		kvfree(t);
		kvfree(bits);
		return -ENOMEM;
	}
	memcpy(t, fs->fd, fs->max * sizeof(*t));
	memcpy(bits, fs->open_bits, fs->max / 8);
	memcpy(bits + max / 64, fs->cloexec_bits, fs->max / 8);
	free_tables(fs);
	fs->fd = t;
	fs->open_bits = bits;
	fs->cloexec_bits = bits + max / 64;
	fs->max = max;
	return 0;
}

static unsigned int find_free(const struct files_struct *fs, unsigned int from)
{
	unsigned int w = from / 64;
	u64 mask = ~0ULL << (from % 64);

	for (; w < fs->max / 64; w++, mask = ~0ULL) {
		u64 free = ~fs->open_bits[w] & mask;

		if (free)
			return w * 64 + __builtin_ctzll(free);
	}
	return max(fs->max, from);
}

static void set_bit_to(u64 *bits, unsigned int fd, bool on)
{
	if (on)
		bits[fd / 64] |= 1ULL << (fd % 64);
	else
		bits[fd / 64] &= ~(1ULL << (fd % 64));
}

/* Reserves a slot: marked open, no file yet. */
int get_unused_fd(unsigned int from, bool cloexec)
{
	struct files_struct *fs = current->files;
	u64 limit = current->signal->rlim[RLIMIT_NOFILE].rlim_cur;
	unsigned int fd = find_free(fs, max(from, fs->next_fd));
	int err;

	if (from >= limit)
		return from ? -EINVAL : -EMFILE;
	if (fd >= limit)
		return -EMFILE;
	if (fd >= fs->max) {
		err = grow(fs, fd);
		if (err)
			return err;
	}
	set_bit_to(fs->open_bits, fd, true);
	set_bit_to(fs->cloexec_bits, fd, cloexec);
	if (from <= fs->next_fd)
		fs->next_fd = fd + 1;
	return fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *fs = current->files;

	set_bit_to(fs->open_bits, fd, false);
	set_bit_to(fs->cloexec_bits, fd, false);
	fs->next_fd = min(fs->next_fd, fd);
}

void fd_install(unsigned int fd, struct file *f)
{
	current->files->fd[fd] = f;
}

int fd_install_new(struct file *f, unsigned int from, bool cloexec)
{
	int fd = get_unused_fd(from, cloexec);

	if (fd >= 0)
		fd_install(fd, f);
	return fd;
}

static void filp_close(struct file *f, struct files_struct *fs)
{
	if (unlikely(posix_locks_used) && !list_empty(&f->inode->flocks))
		locks_remove_posix(f, fs);
	if (unlikely(fsnotify_marks))
		dnotify_flush(f, fs);
	if (f->op && f->op->flush)
		f->op->flush(f);
	fput(f);
}

int close_fd(unsigned int fd)
{
	struct files_struct *fs = current->files;
	struct file *f;

	if (fd >= fs->max || !fs->fd[fd])
		return -EBADF;
	f = fs->fd[fd];
	fs->fd[fd] = NULL;
	put_unused_fd(fd);
	filp_close(f, fs);
	return 0;
}

/* --- fork, exec, exit ------------------------------------------------------------------------ */

struct files_struct *files_dup(struct files_struct *old)
{
	struct kmem_cache *c = cache_of(&files_cache, "files_cache", sizeof(struct files_struct));
	struct files_struct *fs = c ? kmem_cache_alloc(c, GFP_KERNEL) : NULL;
	unsigned int words;
	int err = 0;

	if (!fs)
		return ERR_PTR(-ENOMEM);
	memset(fs, 0, sizeof(*fs));
	atomic_set(&fs->count, 1);
	fs->max = NR_OPEN_INLINE;
	fs->fd = fs->inline_fd;
	fs->open_bits = fs->inline_open;
	fs->cloexec_bits = fs->inline_cloexec;
	if (!old)
		return fs;
	/* As many slots as the highest open one needs. */
	for (words = old->max / 64; words > 1 && !old->open_bits[words - 1]; words--)
		;
	if (words > 1)
		err = grow(fs, words * 64 - 1);
	if (err) {
		kmem_cache_free(files_cache, fs);
		return ERR_PTR(err);
	}
	for (unsigned int w = 0; w < words; w++) {
		fs->cloexec_bits[w] = old->cloexec_bits[w];
		for (u64 bits = old->open_bits[w]; bits; bits &= bits - 1) {
			unsigned int fd = w * 64 + __builtin_ctzll(bits);

			if (!old->fd[fd])
				continue;       /* reserved by an open in flight */
			fs->fd[fd] = get_file(old->fd[fd]);
			fs->open_bits[w] |= bits & -bits;
		}
	}
	fs->next_fd = old->next_fd;
	return fs;
}

void files_get(struct files_struct *f)
{
	atomic_inc(&f->count);
}

void files_put(struct files_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	for (unsigned int w = 0; w < fs->max / 64; w++)
		for (u64 bits = fs->open_bits[w]; bits; bits &= bits - 1) {
			struct file *f = fs->fd[w * 64 + __builtin_ctzll(bits)];

			if (f)
				filp_close(f, fs);
		}
	free_tables(fs);
	if (fs != &init_files)
		kmem_cache_free(files_cache, fs);
}

void files_close_on_exec(struct files_struct *fs)
{
	for (unsigned int w = 0; w < fs->max / 64; w++) {
		u64 bits = fs->cloexec_bits[w] & fs->open_bits[w];

		for (; bits; bits &= bits - 1) {
			unsigned int fd = w * 64 + __builtin_ctzll(bits);
			struct file *f = fs->fd[fd];

			fs->fd[fd] = NULL;
			set_bit_to(fs->open_bits, fd, false);
			set_bit_to(fs->cloexec_bits, fd, false);
			fs->next_fd = min(fs->next_fd, fd);
			if (f)
				filp_close(f, fs);
		}
	}
}

struct fs_struct *fs_dup(struct fs_struct *old)
{
	struct kmem_cache *c = cache_of(&fs_cache, "fs_cache", sizeof(struct fs_struct));
	struct fs_struct *f = c ? kmem_cache_alloc(c, GFP_KERNEL) : NULL;

	if (!f)
		return NULL;
	if (!old)
		old = &init_fs;
	atomic_set(&f->count, 1);
	f->umask = old->umask;
	f->root = path_get(old->root);
	f->pwd = path_get(old->pwd);
	return f;
}

void fs_get(struct fs_struct *f)
{
	atomic_inc(&f->count);
}

void fs_put(struct fs_struct *f)
{
	if (!f || f == &init_fs || !atomic_dec_and_test(&f->count))
		return;
	path_put(f->root);
	path_put(f->pwd);
	kmem_cache_free(fs_cache, f);
}

/* --- files without a name -------------------------------------------------------------------- */

struct file *anon_file(u32 mode, const char *name, const struct file_operations *op, void *private, unsigned int flags)
{
	struct inode *inode = new_inode(&anon_sb, mode);
	char text[40];
	struct dentry *d;
	struct file *f;

	if (!inode)
		return NULL;
	inode->uid = current->cred.fsuid;
	inode->gid = current->cred.fsgid;
	if (name)
		d = d_alloc(NULL, name, strlen(name), inode);
	else
		d = d_alloc(NULL, text, scnprintf(text, sizeof(text), "pipe:[%lu]", (unsigned long)inode->ino), inode);
	if (!d) {
		iput(inode);
		return NULL;
	}
	f = alloc_file((struct path){ NULL, d }, flags, op);
	if (!f) {
		dput(d);
		return NULL;
	}
	f->private = private;
	return f;
}
