/* SPDX-License-Identifier: MIT */
/*
 * vmrun: runs Linux programs on Atlas inside QEMU. README.md has the manual; main.c the options.
 *
 * The guest has four serial ports, each a pair of FIFOs in the run's temporary directory:
 *     COM1  firmware's, loader's and kernel's log (out)
 *     COM2  the program's standard output (out); standard input in frames (in)
 *     COM3  the program's standard error (out)
 *     COM4  what esp/bin/vmrun_guest.c says (out): lines that start with this run's secret token
 * The token is drawn anew for each run; the guest's init reads it from a file that it deletes before it
 * starts the program, so a program can neither forge an exit status nor end another's output.
 */
#ifndef TOOLS_VM_VM_H
#define TOOLS_VM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TOKEN_LEN 32            /* hexadecimal digits */
#define NR_PORTS 4
enum { PORT_LOG, PORT_OUT, PORT_ERR, PORT_CTL };

/* vmrun's own exit codes; see README. */
enum { EXIT_TIMEOUT = 124, EXIT_MACHINE = 125 };

struct add { const char *host, *guest; };

struct command {                /* one program to run: its words */
	char **words;
	size_t nr_words;
	char *line;             /* as the user wrote it, for the status line */
};

struct options {
	const char *memory, *cpu, *machine, *append, *qemu_args, *log, *split, *kernel, *loader, *initramfs, *linux_image;
	const char *script;
	const char *accel;      /* NULL: kvm if a trial works */
	unsigned int timeout, line_timeout; /* seconds; line_timeout 0: none */
	int icount;             /* shift, or -1 */
	bool use_stdin, guest_tty, keep, verbose;
	struct add *adds;
	size_t nr_adds;
	const char **env;
	size_t nr_env;
	struct command *commands;
	size_t nr_commands;
};

struct run {
	const struct options *opt;
	char dir[64];           /* temporary directory */
	char token[TOKEN_LEN + 1];
	char image[128];        /* the EFI system partition */
	char fifo[NR_PORTS][128]; /* without .in and .out */
};

void parse_options(struct options *o, int argc, char **argv);
void read_script(struct options *o);
/* The words of one line, as script.c describes; @where is for the error message. */
struct command split_words(const char *line, const char *where);

/* Makes the initramfs and the ESP in run->dir. */
void make_image(struct run *r);
/* Shell-free run of a helper program; dies when it fails. */
void run_tool(char *const argv[]);

/* NULL-terminated, malloced. */
char **qemu_command(const struct run *r);
bool kvm_works(const struct run *r);

/* Starts QEMU and passes everything through until the end. Returns vmrun's exit code. */
int relay(struct run *r);

/*
 * A stream from which the guest's end marks are taken out. A mark is NUL, token, ' ', wait status in
 * decimal, '\n'. The first one opens the stream (firmware may have written to the port); each later one is the
 * end of one program's output.
 */
struct marked {
	char *held;             /* bytes not yet given on: perhaps the start of a mark */
	size_t nr_held;
	const char *token;
	void (*data)(void *arg, const char *bytes, size_t n);
	void (*mark)(void *arg, int wait_status);
	void *arg;
};
void marked_feed(struct marked *m, const char *bytes, size_t n);
void marked_flush(struct marked *m); /* at the end of the stream: what is held is data */

/* The shell's convention: exit status, or 128 + signal. */
int status_of_wait(int wait_status);

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
