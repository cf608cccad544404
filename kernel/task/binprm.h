/* SPDX-License-Identifier: MIT */
/* What exec carries from the path to the running program. Private to exec.c, exec_args.c, binfmt_elf.c. */
#ifndef TASK_BINPRM_H
#define TASK_BINPRM_H

#include <fs/fs.h>
#include <mm/mm.h>
#include "elf_program.h"
#include "internal.h"

#define BINPRM_BUF_SIZE 256
#define MAX_SCRIPT_DEPTH 5
#define PATH_MAX 4096
#define STACK_EXPAND (128UL << 10)      /* what lies ready below the arguments */

/* argv or envp: ring 3's, or the kernel's own (pid 1). */
struct arg_source {
	u64 user;                       /* address of the array of pointers, 0: kernel */
	const char *const *kernel;
};

struct binprm {
	struct file *file;              /* the program; for scripts their interpreter */
	char buf[BINPRM_BUF_SIZE] __aligned(8); /* its first bytes, zero-filled */
	const char *filename;           /* as given to execve: AT_EXECFN */
	char *fd_name;                  /* filename, when it was made up: /dev/fd/N... */
	bool unreachable;               /* that descriptor is closed by exec */
	/* Put before argv by scripts, replacing argv[0]: interpreter, its argument, script path ... */
	char *script_args[2 * MAX_SCRIPT_DEPTH + 1];
	unsigned int nr_script_args;
	struct arg_source argv, envp;
	unsigned int argc, envc;        /* argc: with script_args */
	unsigned int user_argc;

	struct mm_struct *mm;           /* the new one */
	u64 stack_top, stack_low;       /* mapped */
	u64 p;                          /* lowest byte used */
	u64 *ptrs;                      /* argc + envc string addresses */
	u64 execfn;                     /* address of the file name string */
	u64 string_bytes_max;
	bool exec_stack;
	bool secure;                    /* set-id: AT_SECURE */
	u32 new_euid, new_egid;
};

/* exec_args.c */
int count_args(const struct arg_source *a);
int setup_arg_stack(struct binprm *b);          /* maps the stack, copies all strings */
/* Copies @n bytes below b->p (aligned down to @align); b->p is their address then. 0 or -errno. */
int push_bytes(struct binprm *b, const void *data, size_t n, size_t align);

/* binfmt_elf.c: -ENOEXEC when it is none. Past begin_new_exec failure kills. */
int load_elf_binary(struct binprm *b, struct pt_regs *regs);
/* exec.c: the old program is gone after this. 0 or -errno (then it is still there). */
int begin_new_exec(struct binprm *b);

#endif
