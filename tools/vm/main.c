// SPDX-License-Identifier: MIT
/* vmrun's options. The manual is in README.md; the short form below is what --help prints. */
#include "vm.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char usage[] =
	"usage: tools/vmrun [OPTIONS] PROGRAM [ARGS...]\n"
	"       tools/vmrun [OPTIONS] --script FILE\n"
	"Runs a static Linux program of this host on Atlas in QEMU: its output is vmrun's output,\n"
	"its exit status vmrun's (128+N: killed by signal N; 124: timeout; 125: kernel panic or no boot).\n"
	"  --memory SIZE      guest memory (1G)          --cpu MODEL     QEMU's -cpu (max)\n"
	"  --machine TYPE     q35 or pc (q35)            --accel NAME    tcg or kvm (kvm if it works)\n"
	"  --append OPTIONS   more kernel options        --qemu ARGS     more QEMU arguments\n"
	"  --add HOST:GUEST   put a file or a directory into the guest (again for more)\n"
	"  --env NAME=VALUE   for the program (again for more)\n"
	"  --script FILE      run each line of FILE, one after the other, in one boot\n"
	"  --split DIR        with --script: outputs and statuses to DIR/N.out, DIR/N.err, DIR/N.status\n"
	"  --timeout SECONDS  for everything (600)       --line-timeout SECONDS  for each line\n"
	"  --log FILE         firmware's and kernel's whole log; else the kernel's warnings go to stderr\n"
	"  --icount[=SHIFT]   count instructions: deterministic, the guest's clock is its instructions (0)\n"
	"  --stdin, --no-stdin  pass standard input on, or don't (do, but not with --icount or --script)\n"
	"  --tty, --no-tty    program's output is a terminal, or a pipe (as vmrun's own output is)\n"
	"  --kernel, --loader, --initramfs FILE  instead of those in build/\n"
	"  --linux BZIMAGE    run the same on Linux, for comparison\n"
	"  --verbose          show what is run           --keep          keep the temporary directory\n";

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "vmrun: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	exit(EXIT_MACHINE);
}

enum { OPT_MEMORY = 256, OPT_CPU, OPT_MACHINE, OPT_ACCEL, OPT_APPEND, OPT_QEMU, OPT_ADD, OPT_ENV, OPT_SCRIPT,
	OPT_SPLIT, OPT_TIMEOUT, OPT_LINE_TIMEOUT, OPT_LOG, OPT_ICOUNT, OPT_STDIN, OPT_NO_STDIN, OPT_TTY, OPT_NO_TTY,
	OPT_KERNEL, OPT_LOADER, OPT_INITRAMFS, OPT_LINUX, OPT_VERBOSE, OPT_KEEP };

static const struct option long_options[] = {
	{ "memory", 1, NULL, OPT_MEMORY }, { "cpu", 1, NULL, OPT_CPU }, { "machine", 1, NULL, OPT_MACHINE },
	{ "accel", 1, NULL, OPT_ACCEL }, { "append", 1, NULL, OPT_APPEND }, { "qemu", 1, NULL, OPT_QEMU },
	{ "add", 1, NULL, OPT_ADD }, { "env", 1, NULL, OPT_ENV }, { "script", 1, NULL, OPT_SCRIPT },
	{ "split", 1, NULL, OPT_SPLIT }, { "timeout", 1, NULL, OPT_TIMEOUT },
	{ "line-timeout", 1, NULL, OPT_LINE_TIMEOUT }, { "log", 1, NULL, OPT_LOG }, { "icount", 2, NULL, OPT_ICOUNT },
	{ "stdin", 0, NULL, OPT_STDIN }, { "no-stdin", 0, NULL, OPT_NO_STDIN }, { "tty", 0, NULL, OPT_TTY },
	{ "no-tty", 0, NULL, OPT_NO_TTY }, { "kernel", 1, NULL, OPT_KERNEL }, { "loader", 1, NULL, OPT_LOADER },
	{ "initramfs", 1, NULL, OPT_INITRAMFS }, { "linux", 1, NULL, OPT_LINUX }, { "verbose", 0, NULL, OPT_VERBOSE },
	{ "keep", 0, NULL, OPT_KEEP }, { "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 }
};

static unsigned int number(const char *what, const char *text, unsigned long max)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || end == text || *end || v > max || *text == '-')
		die("--%s: %s is not a number up to %lu", what, text, max);
	return v;
}

static void add_file(struct options *o, char *spec)
{
	char *colon = strrchr(spec, ':');

	if (!colon || colon == spec || colon[1] != '/')
		die("--add %s: must be HOSTFILE:/GUEST/PATH", spec);
	*colon = '\0';
	o->adds = realloc(o->adds, (o->nr_adds + 1) * sizeof(*o->adds));
	if (!o->adds)
		die("no memory");
	o->adds[o->nr_adds++] = (struct add){ spec, colon + 1 };
}

static void add_env(struct options *o, const char *setting)
{
	if (!strchr(setting, '=') || strchr(setting, '\n'))
		die("--env %s: must be NAME=VALUE, on one line", setting);
	o->env = realloc(o->env, (o->nr_env + 1) * sizeof(*o->env));
	if (!o->env)
		die("no memory");
	o->env[o->nr_env++] = setting;
}

static void one_option(struct options *o, int opt, char *arg)
{
	switch (opt) {
	case OPT_MEMORY: o->memory = arg; break;
	case OPT_CPU: o->cpu = arg; break;
	case OPT_MACHINE: o->machine = arg; break;
	case OPT_ACCEL: o->accel = arg; break;
	case OPT_APPEND: o->append = arg; break;
	case OPT_QEMU: o->qemu_args = arg; break;
	case OPT_ADD: add_file(o, arg); break;
	case OPT_ENV: add_env(o, arg); break;
	case OPT_SCRIPT: o->script = arg; break;
	case OPT_SPLIT: o->split = arg; break;
	case OPT_TIMEOUT: o->timeout = number("timeout", arg, 1000000); break;
	case OPT_LINE_TIMEOUT: o->line_timeout = number("line-timeout", arg, 1000000); break;
	case OPT_LOG: o->log = arg; break;
	case OPT_ICOUNT: o->icount = arg ? (int)number("icount", arg, 10) : 0; break;
	case OPT_STDIN: o->use_stdin = true; break;
	case OPT_NO_STDIN: o->use_stdin = false; break;
	case OPT_TTY: o->guest_tty = true; break;
	case OPT_NO_TTY: o->guest_tty = false; break;
	case OPT_KERNEL: o->kernel = arg; break;
	case OPT_LOADER: o->loader = arg; break;
	case OPT_INITRAMFS: o->initramfs = arg; break;
	case OPT_LINUX: o->linux_image = arg; break;
	case OPT_VERBOSE: o->verbose = true; break;
	case OPT_KEEP: o->keep = true; break;
	case 'h': fputs(usage, stdout); exit(0);
	default: fputs(usage, stderr); exit(EXIT_MACHINE);
	}
}

/* PROGRAM is put into the guest under its own name; the words are its arguments. */
static void one_program(struct options *o, char **words, int nr_words)
{
	static struct command command;
	char real[PATH_MAX];
	const char *name;
	char *guest;

	if (!realpath(words[0], real) || access(real, R_OK))
		die("%s: %s", words[0], strerror(errno));
	name = strrchr(words[0], '/');
	name = name ? name + 1 : words[0];
	guest = malloc(strlen(name) + 8);
	if (!guest)
		die("no memory");
	sprintf(guest, "/vmrun/%s", name);
	o->adds = realloc(o->adds, (o->nr_adds + 1) * sizeof(*o->adds));
	if (!o->adds)
		die("no memory");
	o->adds[o->nr_adds++] = (struct add){ words[0], guest };
	words[0] = guest;
	command = (struct command){ words, nr_words, guest };
	o->commands = &command;
	o->nr_commands = 1;
}

void parse_options(struct options *o, int argc, char **argv)
{
	bool stdin_said = false;
	int opt;

	*o = (struct options){ .memory = "1G", .cpu = "max", .machine = "q35", .append = "", .timeout = 600,
		.icount = -1, .use_stdin = true, .guest_tty = isatty(STDOUT_FILENO) };
	while ((opt = getopt_long(argc, argv, "+h", long_options, NULL)) != -1) {
		stdin_said |= opt == OPT_STDIN || opt == OPT_NO_STDIN;
		one_option(o, opt, optarg);
	}
	if (!stdin_said && (o->icount >= 0 || o->script))
		o->use_stdin = false;
	if (o->script) {
		if (optind < argc)
			die("--script and PROGRAM exclude each other");
		o->guest_tty = false;
		read_script(o);
	} else if (optind == argc) {
		fputs(usage, stderr);
		exit(EXIT_MACHINE);
	} else {
		one_program(o, argv + optind, argc - optind);
	}
}

static void draw_token(char token[TOKEN_LEN + 1])
{
	unsigned char raw[TOKEN_LEN / 2];
	size_t i;

	if (getentropy(raw, sizeof(raw)))
		die("no random numbers: %s", strerror(errno));
	for (i = 0; i < sizeof(raw); i++)
		sprintf(token + 2 * i, "%02x", raw[i]);
}

/*
 * A fixed token under --icount: the initramfs is then the same in every run, and with it the count of
 * instructions. Such runs are measurements, not trials of a hostile program.
 */
static void choose_token(struct run *r)
{
	if (r->opt->icount >= 0)
		strcpy(r->token, "00000000000000000000000000000000");
	else
		draw_token(r->token);
}

static char temporary[64]; /* removed at exit, also by die() */

static void remove_temporary(void)
{
	run_tool((char *[]){ "rm", "-rf", temporary, NULL });
}

int main(int argc, char **argv)
{
	struct options o;
	struct run r = { .opt = &o };
	const char *tmp = getenv("TMPDIR");

	parse_options(&o, argc, argv);
	if (snprintf(r.dir, sizeof(r.dir), "%s/vmrun-XXXXXX", tmp ? tmp : "/tmp") >= (int)sizeof(r.dir))
		die("TMPDIR is too long");
	if (!mkdtemp(r.dir))
		die("%s: %s", r.dir, strerror(errno));
	strcpy(temporary, r.dir);
	if (o.keep)
		fprintf(stderr, "vmrun: this run's files are in %s\n", r.dir);
	else
		atexit(remove_temporary);
	choose_token(&r);
	make_image(&r);
	return relay(&r);
}
