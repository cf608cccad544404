// SPDX-License-Identifier: MIT
#include "cpio.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *read_whole(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	size_t room = 65536, used = 0, n;
	char *data = malloc(room + 1);

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (data && (n = fread(data + used, 1, room - used, f)) > 0) {
		used += n;
		if (used == room)
			data = realloc(data, (room *= 2) + 1);
	}
	if (!data || ferror(f))
		die("%s: can't be read: %s", path, strerror(errno));
	fclose(f);
	data[used] = '\0'; /* text may be used as a string */
	*size = used;
	return data;
}

void cpio_open(struct cpio *c, const char *path)
{
	memset(c, 0, sizeof(*c));
	c->out_name = path;
	c->out = fopen(path, "wb");
	if (!c->out)
		die("%s: %s", path, strerror(errno));
}

static void put(struct cpio *c, const void *data, size_t size)
{
	if (size && fwrite(data, 1, size, c->out) != size)
		die("%s: can't be written: %s", c->out_name, strerror(errno));
	c->offset += size;
}

static void pad(struct cpio *c)
{
	put(c, "\0\0\0", -c->offset & 3);
}

static void entry(struct cpio *c, const char *name, unsigned int mode, const void *data, size_t size,
		  unsigned int major, unsigned int minor)
{
	char header[111];

	if (size > 0xffffffff)
		die("%s: larger than the 4 GiB that a cpio archive can hold", name);
	snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 ++c->ino, mode, 0u, 0u, S_ISDIR(mode) ? 2u : 1u, 0u, (unsigned int)size, 0u, 0u,
		 major, minor, (unsigned int)strlen(name) + 1, 0u);
	put(c, header, 110);
	put(c, name, strlen(name) + 1);
	pad(c);
	put(c, data, size);
	pad(c);
}

static const char *without_slash(const char *path)
{
	while (*path == '/')
		path++;
	return path;
}

void cpio_dir(struct cpio *c, const char *path, unsigned int mode);

static void parents(struct cpio *c, const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (*dir)
		cpio_dir(c, dir, 0755);
}

void cpio_dir(struct cpio *c, const char *path, unsigned int mode)
{
	size_t i;

	path = without_slash(path);
	for (i = 0; i < c->nr_dirs; i++)
		if (!strcmp(c->dirs[i], path))
			return;
	if (!*path)
		return;
	parents(c, path);
	c->dirs = realloc(c->dirs, (c->nr_dirs + 1) * sizeof(*c->dirs));
	if (!c->dirs || !(c->dirs[c->nr_dirs++] = strdup(path)))
		die("no memory");
	entry(c, path, S_IFDIR | mode, NULL, 0, 0, 0);
}

void cpio_data(struct cpio *c, const char *path, unsigned int mode, const void *data, size_t size)
{
	path = without_slash(path);
	parents(c, path);
	entry(c, path, S_IFREG | mode, data, size, 0, 0);
}

void cpio_link(struct cpio *c, const char *path, const char *target)
{
	path = without_slash(path);
	parents(c, path);
	entry(c, path, S_IFLNK | 0777, target, strlen(target), 0, 0);
}

void cpio_chardev(struct cpio *c, const char *path, unsigned int mode, unsigned int major, unsigned int minor)
{
	path = without_slash(path);
	parents(c, path);
	entry(c, path, S_IFCHR | mode, NULL, 0, major, minor);
}

static int not_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static void add_any(struct cpio *c, const char *path, const char *host, const struct stat *st);

static void add_children(struct cpio *c, const char *path, const char *host)
{
	struct dirent **list;
	int n = scandir(host, &list, not_dots, alphasort);
	int i;

	if (n < 0)
		die("%s: %s", host, strerror(errno));
	for (i = 0; i < n; i++) {
		char guest_child[PATH_MAX], host_child[PATH_MAX];
		struct stat st;

		snprintf(guest_child, sizeof(guest_child), "%s/%s", path, list[i]->d_name);
		snprintf(host_child, sizeof(host_child), "%s/%s", host, list[i]->d_name);
		if (lstat(host_child, &st))
			die("%s: %s", host_child, strerror(errno));
		add_any(c, guest_child, host_child, &st);
		free(list[i]);
	}
	free(list);
}

static void add_any(struct cpio *c, const char *path, const char *host, const struct stat *st)
{
	if (S_ISDIR(st->st_mode)) {
		cpio_dir(c, path, st->st_mode & 07777);
		add_children(c, path, host);
	} else if (S_ISLNK(st->st_mode)) {
		char target[PATH_MAX];
		ssize_t n = readlink(host, target, sizeof(target) - 1);

		if (n < 0)
			die("%s: %s", host, strerror(errno));
		target[n] = '\0';
		cpio_link(c, path, target);
	} else if (S_ISREG(st->st_mode)) {
		size_t size;
		void *data = read_whole(host, &size);

		cpio_data(c, path, st->st_mode & 07777, data, size);
		free(data);
	} else {
		die("%s: neither a file nor a directory", host);
	}
}

void cpio_tree(struct cpio *c, const char *path, const char *host)
{
	struct stat st;

	if (stat(host, &st)) /* a link named by the user is followed */
		die("%s: %s", host, strerror(errno));
	add_any(c, path, host, &st);
}

void cpio_close(struct cpio *c)
{
	size_t i;

	entry(c, "TRAILER!!!", 0, NULL, 0, 0, 0);
	while (c->offset & 511)
		put(c, "", 1);
	if (fclose(c->out))
		die("%s: can't be written: %s", c->out_name, strerror(errno));
	for (i = 0; i < c->nr_dirs; i++)
		free(c->dirs[i]);
	free(c->dirs);
}
