/* SPDX-License-Identifier: MIT */
/*
 * ELF programs, as fs/binfmt_elf.c of Linux 5.0.10 starts them: segments by elf_map, the rest of each in zeros,
 * the heap behind the last one, an interpreter at mmap_base, and on the stack argc, argv, envp and the
 * auxiliary vector. What is wrong with headers and interpreter is found before the old program is gone; what
 * fails after that (a segment that can't be mapped, memory) kills.
 */
#include <asm/segment.h>
#include <mm/slab.h>
#include <uapi/auxvec.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/stat.h>
#include <task/vdso.h>
#include "aslr.h"
#include "binprm.h"

struct elf_file {
	struct file *file;
	struct elf64_hdr hdr;
	struct elf64_phdr *phdrs;
	struct elf_layout layout;
	u64 bias;
};

static int read_elf(struct elf_file *e)
{
	size_t size;
	int err = elf_program_header(&e->hdr);

	if (err)
		return err;
	size = e->hdr.e_phnum * sizeof(struct elf64_phdr);
	e->phdrs = kmalloc(size, GFP_KERNEL);
	if (!e->phdrs)
		return -ENOMEM;
	if (kernel_read(e->file, e->phdrs, size, e->hdr.e_phoff) != (ssize_t)size)
		return -ENOEXEC;
	return elf_program_layout(&e->hdr, e->phdrs, file_size(e->file), TASK_SIZE, &e->layout);
}

static int open_interp(const struct elf_file *e, struct elf_file *interp)
{
	char *path = kmalloc(e->layout.interp_size, GFP_KERNEL);
	int err = -ENOEXEC;

	if (!path)
		return -ENOMEM;
	if (kernel_read(e->file, path, e->layout.interp_size, e->layout.interp_offset) != (ssize_t)e->layout.interp_size ||
	    path[e->layout.interp_size - 1])
		goto out;
	err = -EACCES;                  /* "": the working directory is no program (Linux) */
	if (!*path)
		goto out;
	interp->file = open_exec(AT_FDCWD, path, 0);
	if (IS_ERR(interp->file)) {
		err = (int)PTR_ERR(interp->file);
		interp->file = NULL;
		goto out;
	}
	err = -ENOEXEC;
	if (kernel_read(interp->file, &interp->hdr, sizeof(interp->hdr), 0) == sizeof(interp->hdr))
		err = read_elf(interp);
	if (err == -ENOEXEC)
		err = -ELIBBAD;
out:
	kfree(path);
	return err;
}

static unsigned long elf_prot(u32 p_flags)
{
	return (p_flags & PF_R ? PROT_READ : 0) | (p_flags & PF_W ? PROT_WRITE : 0) | (p_flags & PF_X ? PROT_EXEC : 0);
}

static unsigned long map_file(struct file *f, u64 addr, u64 len, unsigned long prot, unsigned long flags, u64 pgoff)
{
	struct mmap_request req = { .addr = addr, .len = len, .prot = prot, .flags = flags, .pgoff = pgoff };
	int err = file_mmap(f, &req);

	return err ? (unsigned long)err : do_mmap(current->mm, &req);
}

/* The file part of a segment: whole pages from it. */
static unsigned long elf_map(struct file *f, const struct elf64_phdr *p, u64 bias, unsigned long flags)
{
	u64 in_page = p->p_vaddr & ~PAGE_MASK;

	return map_file(f, (bias + p->p_vaddr) & PAGE_MASK, PAGE_ALIGN(p->p_filesz + in_page), elf_prot(p->p_flags),
			flags | MAP_PRIVATE, (p->p_offset - in_page) >> PAGE_SHIFT);
}

/* What a segment has in memory beyond the file: the rest of its last page, and pages of zeros. */
static int elf_bss(const struct elf64_phdr *p, u64 bias)
{
	u64 start = bias + p->p_vaddr + p->p_filesz, end = bias + p->p_vaddr + p->p_memsz;
	u64 page_end = PAGE_ALIGN(start);

	if (p->p_memsz == p->p_filesz)
		return 0;
	if (!p->p_filesz)
		page_end = start & PAGE_MASK;
	else if (page_end != start && (p->p_flags & PF_W) &&
		 clear_user((void __user *)start, min(page_end, PAGE_ALIGN(end)) - start))
		return -EFAULT;
	if (PAGE_ALIGN(end) <= page_end)
		return 0;
	/* Pages of zeros can be written, whatever the segment says (Linux). */
	return vm_brk(current->mm, page_end, PAGE_ALIGN(end) - page_end, elf_prot(p->p_flags & PF_X) | PROT_READ | PROT_WRITE);
}

/* Finds a place for all of a position-independent file: mapped whole for a moment, so nothing else lies there. */
static unsigned long place_for(const struct elf_file *e)
{
	u64 size = e->layout.max_vaddr - e->layout.min_vaddr;
	struct mmap_request req = { .len = size, .prot = PROT_NONE, .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };
	unsigned long addr = do_mmap(current->mm, &req);

	if (!IS_ERR_VALUE(addr))
		do_munmap(current->mm, addr, size);
	return addr;
}

static int map_segments(struct elf_file *e)
{
	unsigned long addr, flags = MAP_FIXED_NOREPLACE;

	for (unsigned int i = 0; i < e->hdr.e_phnum; i++) {
		const struct elf64_phdr *p = &e->phdrs[i];
		int err;

		if (p->p_type != PT_LOAD || !p->p_memsz)
			continue;
		if (p->p_filesz) {
			addr = elf_map(e->file, p, e->bias, flags);
			if (IS_ERR_VALUE(addr))
				return (int)addr;
			flags = MAP_FIXED;      /* a later segment may lie over an earlier one */
		}
		err = elf_bss(p, e->bias);
		if (err)
			return err;
	}
	return 0;
}

/* Where a PIE goes: with an interpreter (an ordinary program) at 2/3 of the address space, else (the program is
 * itself a loader) with the mappings. */
static int choose_bias(struct elf_file *e, bool is_program, bool has_interp)
{
	unsigned long addr;

	if (e->hdr.e_type == ET_EXEC) {
		e->bias = 0;
		return 0;
	}
	if (is_program && has_interp) {
		e->bias = ELF_ET_DYN_BASE + aslr_mmap_offset();
		e->bias = (e->bias & PAGE_MASK) - e->layout.min_vaddr;
		if (e->bias + e->layout.max_vaddr < TASK_SIZE)
			return 0;
	}
	addr = place_for(e);
	if (IS_ERR_VALUE(addr))
		return (int)addr;
	e->bias = addr - e->layout.min_vaddr;
	return 0;
}

static void set_mm_layout(struct mm_struct *mm, const struct elf_file *e)
{
	const struct elf_layout *l = &e->layout;

	mm->start_code = e->bias + l->start_code;
	mm->end_code = e->bias + l->end_code;
	mm->start_data = e->bias + l->start_data;
	mm->end_data = e->bias + l->end_data;
	mm->start_brk = mm->brk = PAGE_ALIGN(e->bias + l->brk);
	mm->start_brk = mm->brk = aslr_brk(mm->brk);
}

struct auxv { u64 v[2 * 32]; unsigned int n; };

static void aux(struct auxv *a, u64 type, u64 value)
{
	a->v[a->n++] = type;
	a->v[a->n++] = value;
}

static void fill_auxv(struct auxv *a, const struct binprm *b, const struct elf_file *e, u64 interp_base, u64 random,
		      u64 platform, u64 vdso)
{
	const struct cred *c = &current->cred;

	if (vdso)
		aux(a, AT_SYSINFO_EHDR, vdso);
	aux(a, AT_MINSIGSTKSZ, sigframe_size());
	aux(a, AT_HWCAP, boot_cpu.leaf1_edx);
	aux(a, AT_PAGESZ, PAGE_SIZE);
	aux(a, AT_CLKTCK, USER_HZ);
	aux(a, AT_PHDR, e->layout.phdr_vaddr ? e->bias + e->layout.phdr_vaddr :
	    e->bias + e->layout.min_vaddr + e->hdr.e_phoff);
	aux(a, AT_PHENT, sizeof(struct elf64_phdr));
	aux(a, AT_PHNUM, e->hdr.e_phnum);
	aux(a, AT_BASE, interp_base);
	aux(a, AT_FLAGS, 0);
	aux(a, AT_ENTRY, e->bias + e->hdr.e_entry);
	aux(a, AT_UID, uid_seen(c->uid));
	aux(a, AT_EUID, uid_seen(c->euid));
	aux(a, AT_GID, gid_seen(c->gid));
	aux(a, AT_EGID, gid_seen(c->egid));
	aux(a, AT_SECURE, b->secure);
	aux(a, AT_RANDOM, random);
	aux(a, AT_HWCAP2, boot_cpu.fsgsbase ? 2 : 0);   /* HWCAP2_FSGSBASE */
	aux(a, AT_EXECFN, b->execfn);
	aux(a, AT_PLATFORM, platform);
	aux(a, AT_NULL, 0);
}

/* Below the strings: platform, random bytes, then argc, argv, 0, envp, 0, auxv; rsp points at argc, 16-aligned. */
static int create_elf_tables(struct binprm *b, const struct elf_file *e, u64 interp_base)
{
	static const char platform[] = "x86_64";
	struct mm_struct *mm = b->mm;
	u64 random[2] = { arch_random(), arch_random() }, u_platform, u_random, *tab;
	struct auxv av = { .n = 0 };
	unsigned int n;
	int err;

	b->p = aslr_stack_pad(b->p);
	b->string_bytes_max = U64_MAX;  /* what comes now is ours */
	err = push_bytes(b, platform, sizeof(platform), 1);
	u_platform = b->p;
	if (!err)
		err = push_bytes(b, random, sizeof(random), 1);
	u_random = b->p;
	if (err)
		return err;
	fill_auxv(&av, b, e, interp_base, u_random, u_platform, vdso_map(mm, b->stack_top));
	n = 1 + b->argc + 1 + b->envc + 1 + av.n;
	tab = kmalloc(8UL * n, GFP_KERNEL);
	if (!tab)
		return -ENOMEM;
	tab[0] = b->argc;
	memcpy(tab + 1, b->ptrs, 8UL * b->argc);
	tab[1 + b->argc] = 0;
	memcpy(tab + 2 + b->argc, b->ptrs + b->argc, 8UL * b->envc);
	tab[2 + b->argc + b->envc] = 0;
	memcpy(tab + 3 + b->argc + b->envc, av.v, 8UL * av.n);
	err = push_bytes(b, tab, 8UL * n, 16);
	kfree(tab);
	mm->start_stack = b->p;
	memcpy(mm->saved_auxv, av.v, 8UL * av.n);
	mm->nr_auxv = av.n;
	return err;
}

static void start_thread(struct pt_regs *regs, u64 ip, u64 sp)
{
	u64 nr = regs->orig_rax;        /* a debugger sees which call ends here */

	memset(regs, 0, sizeof(*regs));
	regs->orig_rax = nr;
	regs->rip = ip;
	regs->rsp = sp;
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	regs->rflags = X86_EFLAGS_IF;
	user_fsbase_set(0);
	user_gsbase_set(0);
	fpu_clear();
	set_full_return();
}

static int map_program(struct binprm *b, struct elf_file *e, struct elf_file *interp, u64 *entry, u64 *interp_base)
{
	int err = -EINVAL;

	if (!e->layout.unmappable && !interp->layout.unmappable)
		err = choose_bias(e, true, interp->file);
	if (!err)
		err = map_segments(e);
	if (err)
		return err;
	set_mm_layout(b->mm, e);
	*entry = e->bias + e->hdr.e_entry;
	*interp_base = 0;
	if (interp->file) {
		err = choose_bias(interp, false, false);
		if (!err)
			err = map_segments(interp);
		*entry = interp->bias + interp->hdr.e_entry;
		*interp_base = interp->bias;
	}
	if (!err && *entry >= TASK_SIZE)
		err = -EINVAL;
	return err;
}

int load_elf_binary(struct binprm *b, struct pt_regs *regs)
{
	struct elf_file e = { .file = b->file }, interp = { .file = NULL };
	u64 entry, interp_base;
	int err;

	memcpy(&e.hdr, b->buf, sizeof(e.hdr));
	err = read_elf(&e);
	if (!err && e.layout.has_interp)
		err = open_interp(&e, &interp);
	if (err)
		goto out;
	b->exec_stack = e.layout.exec_stack;
	err = begin_new_exec(b);
	if (err)
		goto out;
	err = map_program(b, &e, &interp, &entry, &interp_base);
	if (!err)
		err = create_elf_tables(b, &e, interp_base);
	if (err && !b->argv.kernel) {   /* else it is the first program, and start_init's to say */
		pr_info("%s[%d]: can't be started, killed: %s\n", current->comm, current->pid, errno_name(-err));
		force_sig(err == -ENOMEM ? SIGKILL : SIGSEGV);
		err = 0;
	} else if (!err) {
		start_thread(regs, entry, b->p);
	}
out:
	kfree(e.phdrs);
	kfree(interp.phdrs);
	if (interp.file)
		fput(interp.file);
	return err;
}
