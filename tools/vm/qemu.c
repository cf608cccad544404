// SPDX-License-Identifier: MIT
/* QEMU's command line, and the trial that decides about KVM. */
#include "vm.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

/* Runs @argv; does it write anything to standard output within @seconds? Then it is ended. */
static bool says_something(char *const argv[], int seconds)
{
	int out[2], status;
	struct pollfd p;
	pid_t pid;
	bool said;
	char c;

	if (pipe(out))
		return false;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(out[1], 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(out[1]);
	p = (struct pollfd){ out[0], POLLIN, 0 };
	said = pid > 0 && poll(&p, 1, seconds * 1000) == 1 && read(out[0], &c, 1) == 1;
	close(out[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return said;
}

/*
 * A /dev/kvm that can be opened proves little (nested, broken, forbidden), and one that runs a boot sector may still stop
 * in the firmware. So the firmware is asked: it clears the screen of its serial console before it boots anything.
 */
bool kvm_works(const struct run *r)
{
	struct args a = { NULL, 0 };

	if (access("/dev/kvm", R_OK | W_OK))
		return false;
	arg(&a, qemu_program());
	args(&a, "-machine", "%s,accel=kvm", r->opt->machine);
	args(&a, "-cpu", "%s", r->opt->cpu);
	args(&a, "-m", "128M");
	args(&a, "-bios", "%s", firmware());
	arg(&a, "-nodefaults");
	args(&a, "-display", "none");
	args(&a, "-serial", "stdio");
	return says_something(a.v, 10);
}
