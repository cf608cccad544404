// SPDX-License-Identifier: MIT
/* QEMU's command line, and the trial that decides about KVM. */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct args { char **v; size_t n; };

static void arg(struct args *a, const char *text)
{
	a->v = realloc(a->v, (a->n + 2) * sizeof(*a->v));
	if (!a->v || !(a->v[a->n++] = strdup(text)))
		die("no memory");
	a->v[a->n] = NULL;
}

static void args(struct args *a, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void args(struct args *a, const char *name, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die("no memory");
	va_end(ap);
	arg(a, name);
	arg(a, text);
	free(text);
}

static const char *qemu_program(void)
{
	const char *name = getenv("QEMU");

	return name ? name : "qemu-system-x86_64";
}

static const char *firmware(void)
{
	static const char *const places[] = {
		"/usr/share/ovmf/OVMF.fd", "/usr/share/edk2/x64/OVMF.4m.fd", "/usr/share/edk2-ovmf/x64/OVMF.fd",
		"/usr/share/OVMF/OVMF.fd", "/usr/share/edk2/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd",
	};
	const char *own = getenv("OVMF");
	size_t i;

	if (own)
		return own;
	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (!access(places[i], R_OK))
			return places[i];
	die("no UEFI firmware for QEMU found: install the package ovmf or set OVMF=FILE");
}

static void add_ports(struct args *a, const struct run *r)
{
	int i;

	for (i = 0; i < NR_PORTS; i++) {
		args(a, "-chardev", "pipe,id=com%d,path=%s", i + 1, r->fifo[i]);
		args(a, "-serial", "chardev:com%d", i + 1);
	}
}

char **qemu_command(const struct run *r)
{
	const struct options *o = r->opt;
	const char *accel = o->accel;
	struct args a = { NULL, 0 };

	if (!accel)
		accel = o->icount < 0 && kvm_works(r) ? "kvm" : "tcg";
	arg(&a, qemu_program());
	args(&a, "-machine", "%s,accel=%s,memory-backend=ram", o->machine, accel);
	args(&a, "-object", "memory-backend-ram,id=ram,size=%s,reserve=off", o->memory);
	args(&a, "-m", "%s", o->memory);
	args(&a, "-cpu", "%s", o->cpu);
	args(&a, "-bios", "%s", firmware());
	arg(&a, "-nodefaults");
	arg(&a, "-no-user-config");
	arg(&a, "-no-reboot");
	args(&a, "-display", "none");
	args(&a, "-device", "isa-debug-exit,iobase=0xf4,iosize=4");
	if (o->icount >= 0) {
		args(&a, "-icount", "shift=%d,sleep=off", o->icount);
		args(&a, "-seed", "1");
		args(&a, "-rtc", "base=2024-01-01T00:00:00,clock=vm");
	}
	add_ports(&a, r);
	if (o->linux_image) {
		args(&a, "-kernel", "%s", o->linux_image);
		args(&a, "-initrd", "%s/initramfs.cpio", r->dir);
		args(&a, "-append", "console=ttyS0 panic=-1 nokaslr mitigations=off %s%s", o->log ? "" : "quiet ", o->append);
	} else {
		args(&a, "-drive", "if=none,id=stick,format=raw,cache=unsafe,file=%s", r->image);
		args(&a, "-device", "virtio-blk-pci,drive=stick,bootindex=0");
	}
	if (o->qemu_args) {
		struct command extra = split_words(o->qemu_args, "--qemu");
		size_t i;

		for (i = 0; i < extra.nr_words; i++)
			arg(&a, extra.words[i]);
	}
	return a.v;
}

/* A boot sector that writes 16 to isa-debug-exit: QEMU then exits with 33. */
static void write_trial(const char *path)
{
	unsigned char sector[512] = { 0xb0, 0x10, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd };
	FILE *f = fopen(path, "wb");

	sector[510] = 0x55;
	sector[511] = 0xaa;
	if (!f || fwrite(sector, 1, sizeof(sector), f) != sizeof(sector) || fclose(f))
		die("%s: %s", path, strerror(errno));
}

/* Runs @argv silently; its exit status, or -1 when it takes longer than @seconds. */
static int try_for(char *const argv[], int seconds)
{
	pid_t pid = fork();
	int status, turns;

	if (pid < 0)
		return -1;
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	for (turns = 0; turns < seconds * 20; turns++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

/* A /dev/kvm that can be opened proves little (nested, broken, forbidden): run something by it. */
bool kvm_works(const struct run *r)
{
	struct args a = { NULL, 0 };
	char sector[128];
	bool works;

	if (access("/dev/kvm", R_OK | W_OK))
		return false;
	snprintf(sector, sizeof(sector), "%s/trial", r->dir);
	write_trial(sector);
	arg(&a, qemu_program());
	args(&a, "-machine", "%s,accel=kvm", r->opt->machine);
	args(&a, "-cpu", "%s", r->opt->cpu);
	args(&a, "-m", "16M");
	arg(&a, "-nodefaults");
	args(&a, "-display", "none");
	args(&a, "-device", "isa-debug-exit,iobase=0xf4,iosize=4");
	args(&a, "-drive", "format=raw,snapshot=on,file=%s", sector);
	works = try_for(a.v, 10) == 33;
	unlink(sector);
	return works;
}
