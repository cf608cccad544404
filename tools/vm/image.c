// SPDX-License-Identifier: MIT
/*
 * The stick of one run: a FAT file system without partitions, made by mtools. The guest's init finds
 *     /vmrun/conf      "name value" lines: token, tty, stdin, line-timeout, env
 *     /vmrun/commands  for each program its words, each 'w' WORD NUL, and then 'e' NUL
 * in an archive of its own that follows build/initramfs.cpio in one file, as Linux allows.
 */
#include "cpio.h"
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void run_tool(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid == 0) {
		execvp(argv[0], argv);
		fprintf(stderr, "vmrun: %s: %s (tools/setup installs it)\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || status)
		die("%s failed", argv[0]);
}

static void write_file(const char *dir, const char *name, const void *data, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		die("%s: %s", path, strerror(errno));
}

static void append_file(const char *to, const char *from)
{
	size_t size;
	char *data = read_whole(from, &size);
	FILE *f = fopen(to, "ab");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		die("%s: %s", to, strerror(errno));
	free(data);
}

static void add_conf(struct cpio *c, const struct run *r)
{
	const struct options *o = r->opt;
	char *text = NULL;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		die("no memory");
	fprintf(f, "token %s\ntty %d\nstdin %d\nline-timeout %u\n", r->token, o->guest_tty, o->use_stdin, o->line_timeout);
	for (i = 0; i < o->nr_env; i++)
		fprintf(f, "env %s\n", o->env[i]);
	fclose(f);
	cpio_data(c, "vmrun/conf", 0600, text, size);
	free(text);
}

static void add_commands(struct cpio *c, const struct options *o)
{
	char *text = NULL;
	size_t size, i, w;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		die("no memory");
	for (i = 0; i < o->nr_commands; i++) {
		for (w = 0; w < o->commands[i].nr_words; w++)
			fprintf(f, "w%s%c", o->commands[i].words[w], '\0');
		fprintf(f, "e%c", '\0');
	}
	fclose(f);
	cpio_data(c, "vmrun/commands", 0600, text, size);
	free(text);
}

/* @own, or the build's file of that name. tools/vmrun sets ATLAS_TOP. */
static char *own_or_built(const char *own, const char *name)
{
	const char *top = getenv("ATLAS_TOP");
	char *path;

	if (asprintf(&path, "%s%s%s", own ? own : top ? top : ".", own ? "" : "/build/", own ? "" : name) < 0)
		die("no memory");
	return path;
}

static void make_initramfs(const struct run *r, char *path, size_t path_size)
{
	const struct options *o = r->opt;
	char extra[128], *base;
	struct cpio c;
	size_t i;

	snprintf(extra, sizeof(extra), "%s/extra.cpio", r->dir);
	cpio_open(&c, extra);
	cpio_dir(&c, "vmrun", 0755);
	add_conf(&c, r);
	add_commands(&c, o);
	for (i = 0; i < o->nr_adds; i++)
		cpio_tree(&c, o->adds[i].guest, o->adds[i].host);
	cpio_close(&c);
	snprintf(path, path_size, "%s/initramfs.cpio", r->dir);
	base = own_or_built(o->initramfs, "initramfs.cpio");
	append_file(path, base);
	free(base);
	append_file(path, extra);
	unlink(extra);
}

static off_t size_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		die("%s: %s (run `make` first)", path, strerror(errno));
	return st.st_size;
}

/* mformat's -T counts sectors; 1 MiB and a sixteenth to spare are for FATs and folders. */
static void format(struct run *r, off_t content)
{
	off_t size = (content + content / 16 + (2 << 20)) & ~(off_t)0xfffff;
	char sectors[32];
	int fd;

	snprintf(r->image, sizeof(r->image), "%s/esp.img", r->dir);
	fd = open(r->image, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, size) || close(fd))
		die("%s: %s", r->image, strerror(errno));
	snprintf(sectors, sizeof(sectors), "%lld", (long long)size / 512);
	run_tool((char *[]){ "mformat", "-i", r->image, "-T", sectors, "-h", "16", "-s", "32", "-N", "41544c53", "::", NULL });
}

static void copy_in(const struct run *r, const char *host, const char *guest)
{
	run_tool((char *[]){ "mcopy", "-i", (char *)r->image, (char *)host, (char *)guest, NULL });
}

void make_image(struct run *r)
{
	const struct options *o = r->opt;
	char *kernel = own_or_built(o->kernel, "esp/atlas/kernel.elf"), *loader = own_or_built(o->loader, "esp/EFI/BOOT/BOOTX64.EFI");
	char initramfs[128], config[128], *text;

	make_initramfs(r, initramfs, sizeof(initramfs));
	if (o->linux_image)
		return; /* QEMU hands it its files itself */
	format(r, size_of(kernel) + size_of(loader) + size_of(initramfs));
	if (asprintf(&text, "record=no\noptions=%sdebug_exit %s\n", o->log ? "" : "quiet ", o->append) < 0)
		die("no memory");
	write_file(r->dir, "boot.cfg", text, strlen(text));
	free(text);
	snprintf(config, sizeof(config), "%s/boot.cfg", r->dir);
	run_tool((char *[]){ "mmd", "-i", r->image, "::/EFI", "::/EFI/BOOT", "::/atlas", NULL });
	copy_in(r, loader, "::/EFI/BOOT/BOOTX64.EFI");
	copy_in(r, kernel, "::/atlas/kernel.elf");
	copy_in(r, config, "::/atlas/boot.cfg");
	copy_in(r, initramfs, "::/atlas/initramfs.cpio");
	free(kernel);
	free(loader);
	if (!o->keep)
		unlink(initramfs);
}
