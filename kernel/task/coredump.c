/* SPDX-License-Identifier: MIT */
/*
 * Core files: what a process was when a signal of the "Core" kind killed it (core(5)): an ELF file with registers,
 * process data and auxv as notes, and the memory that the program may have changed. Written to the file that
 * core_pattern names as far as RLIMIT_CORE allows; 0 (the default) means none.
 */
#include <fs/fs.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <ns/uts_ns.h>
#include <uapi/elf.h>
#include <uapi/fcntl.h>
#include "internal.h"

#define ET_CORE 4
#define PT_NOTE 4
#define NT_PRSTATUS 1
#define NT_FPREGSET 2
#define NT_PRPSINFO 3
#define NT_AUXV 6

char core_pattern[CORE_PATTERN_MAX] = "core";
int core_uses_pid;

struct prstatus {
	s32 si_signo, si_code, si_errno;
	s16 cursig, pad;
	u64 sigpend, sighold;
	s32 pid, ppid, pgrp, sid;
	struct timeval_abi utime, stime, cutime, cstime;
	u64 regs[27];           /* user_regs_struct: pt_regs and the segments */
	s32 fpvalid, pad2;
};
static_assert(sizeof(struct prstatus) == 336);

struct prpsinfo {
	char state, sname, zomb, nice;
	u32 pad;
	u64 flag;
	u32 uid, gid;
	s32 pid, ppid, pgrp, sid;
	char fname[16], psargs[80];
};
static_assert(sizeof(struct prpsinfo) == 136);

struct dump {
	struct file *file;
	u64 pos, limit;
	int err;
};

static void emit(struct dump *d, const void *data, u64 n)
{
	if (d->err)
		return;
	if (d->pos + n > d->limit || kernel_write(d->file, data, n, d->pos) != (ssize_t)n)
		d->err = -EFBIG;
	d->pos += n;
}

static u64 note_size(u64 n)
{
	return 12 + 8 + ALIGN(n, 4UL);
}

static void note(struct dump *d, u32 type, const void *data, u32 n)
{
	static const char name[8] = "CORE", zero[4];
	u32 head[3] = { 5, n, type };

	emit(d, head, sizeof(head));
	emit(d, name, sizeof(name));
	emit(d, data, n);
	emit(d, zero, ALIGN(n, 4u) - n);
}

static void fill_prstatus(struct prstatus *p, int sig, const struct pt_regs *regs)
{
	struct task_struct *t = current;

	memset(p, 0, sizeof(*p));
	p->si_signo = sig;
	p->cursig = (s16)sig;
	p->sigpend = t->pending.set;
	p->sighold = t->blocked;
	p->pid = pid_vnr(t->pid);
	p->ppid = pid_vnr(t->parent->tgid);
	p->pgrp = pid_vnr(t->signal->pgrp);
	p->sid = pid_vnr(t->signal->session);
	memcpy(p->regs, regs, sizeof(*regs));
	p->regs[21] = user_fsbase_get();
	p->regs[22] = user_gsbase_get();
	p->fpvalid = 1;
}

static void fill_prpsinfo(struct prpsinfo *p)
{
	struct task_struct *t = current;

	memset(p, 0, sizeof(*p));
	p->sname = 'R';
	p->nice = (char)t->nice;
	p->uid = uid_seen(t->cred.uid);
	p->gid = gid_seen(t->cred.gid);
	p->pid = pid_vnr(t->pid);
	p->ppid = pid_vnr(t->parent->tgid);
	p->pgrp = pid_vnr(t->signal->pgrp);
	p->sid = pid_vnr(t->signal->session);
	strscpy(p->fname, t->comm, sizeof(p->fname));
	strscpy(p->psargs, t->comm, sizeof(p->psargs));
}

static bool worth_dumping(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_READ) && (!vma->vm_file || (vma->vm_flags & VM_WRITE)) && !(vma->vm_flags & VM_DONTDUMP);
}

static void emit_notes(struct dump *d, int sig, const struct pt_regs *regs)
{
	struct mm_struct *mm = current->mm;
	struct prpsinfo info;
	struct prstatus st;

	fill_prstatus(&st, sig, regs);
	note(d, NT_PRSTATUS, &st, sizeof(st));
	fill_prpsinfo(&info);
	note(d, NT_PRPSINFO, &info, sizeof(info));
	note(d, NT_AUXV, mm->saved_auxv, mm->nr_auxv * 8);
	fpu_save(current->thread.fpu);
	note(d, NT_FPREGSET, current->thread.fpu, 512);
}

static void emit_headers(struct dump *d, unsigned int nr_vma)
{
	struct mm_struct *mm = current->mm;
	u64 notes = note_size(sizeof(struct prstatus)) + note_size(sizeof(struct prpsinfo)) + note_size(mm->nr_auxv * 8UL) +
		note_size(512);
	u64 headers = sizeof(struct elf64_hdr) + (nr_vma + 1) * sizeof(struct elf64_phdr), at = PAGE_ALIGN(headers + notes);
	struct elf64_hdr h = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 }, .e_type = ET_CORE, .e_machine = EM_X86_64,
		.e_version = 1, .e_phoff = sizeof(h), .e_ehsize = sizeof(h), .e_phentsize = sizeof(struct elf64_phdr),
		.e_phnum = (u16)(nr_vma + 1),
	};
	struct elf64_phdr p = { .p_type = PT_NOTE, .p_offset = headers, .p_filesz = notes, .p_align = 4 };

	emit(d, &h, sizeof(h));
	emit(d, &p, sizeof(p));
	for (struct vm_area_struct *v = mm->mmap; v && nr_vma; v = v->vm_next, nr_vma--) {
		u64 size = v->vm_end - v->vm_start;

		p = (struct elf64_phdr){ .p_type = PT_LOAD, .p_offset = at, .p_vaddr = v->vm_start, .p_memsz = size,
			.p_filesz = worth_dumping(v) ? size : 0, .p_align = PAGE_SIZE,
			.p_flags = (v->vm_flags & VM_READ ? PF_R : 0u) | (v->vm_flags & VM_WRITE ? PF_W : 0u) |
				(v->vm_flags & VM_EXEC ? PF_X : 0u) };
		emit(d, &p, sizeof(p));
		at += p.p_filesz;
	}
}

static bool is_zero(const u64 *p)
{
	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		if (p[i])
			return false;
	return true;
}

/* Memory nobody touched stays a hole in the file. */
static void emit_memory(struct dump *d)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *v;

	d->pos = PAGE_ALIGN(d->pos);
	for (v = mm->mmap; v && !d->err; v = v->vm_next) {
		if (!worth_dumping(v))
			continue;
		for (u64 a = v->vm_start; a < v->vm_end && !d->err; a += PAGE_SIZE) {
			struct page *page = get_user_page(mm, a, 0);
			void *k;

			if (!page) {
				d->pos += PAGE_SIZE;
				continue;
			}
			k = kmap(page);
			if (is_zero(k))
				d->pos += PAGE_SIZE;
			else
				emit(d, k, PAGE_SIZE);
			kunmap(page);
			put_page(page);
			if (fatal_signal_pending())
				d->err = -EINTR;
		}
	}
}

/* core(5): what a % in core_pattern stands for; others and a % at the end are dropped. */
static void expand(char letter, int sig, char *to, size_t size)
{
	const struct task_struct *t = current;

	switch (letter) {
	case '%': snprintf(to, size, "%%"); break;
	case 'p': snprintf(to, size, "%d", t->vtgid); break;
	case 'P': snprintf(to, size, "%d", t->tgid); break;
	case 'i': snprintf(to, size, "%d", t->vpid); break;
	case 'I': snprintf(to, size, "%d", t->pid); break;
	case 'u': snprintf(to, size, "%u", t->cred.uid); break;
	case 'g': snprintf(to, size, "%u", t->cred.gid); break;
	case 'd': snprintf(to, size, "%u", t->dumpable); break;
	case 's': snprintf(to, size, "%d", sig); break;
	case 't': snprintf(to, size, "%lu", (unsigned long)(ktime_get_real_ns() / NSEC_PER_SEC)); break;
	case 'c': snprintf(to, size, "%lu", (unsigned long)rlimit(RLIMIT_CORE)); break;
	case 'h': snprintf(to, size, "%s", utsname()->nodename); break;
	case 'e': snprintf(to, size, "%s", t->comm); break;
	default: *to = '\0';
	}
	if (letter == 'e' || letter == 'h') /* a name is no path */
		for (; *to; to++)
			if (*to == '/')
				*to = '!';
}

/* False: the name does not fit. */
static bool core_name(char *name, size_t size, int sig)
{
	bool has_pid = false;
	size_t n = 0;

	for (const char *p = core_pattern; *p && n < size; p++) {
		if (*p != '%') {
			name[n++] = *p;
			continue;
		}
		if (!*++p)
			break;
		has_pid = has_pid || *p == 'p';
		expand(*p, sig, name + n, size - n);
		n += strlen(name + n);
	}
	if (n >= size)
		return false;
	name[n] = '\0';
	return has_pid || !core_uses_pid || snprintf(name + n, size - n, ".%d", current->vtgid) < (int)(size - n);
}

bool do_coredump(int sig, const struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct dump d = { .limit = rlimit(RLIMIT_CORE) };
	char name[2 * CORE_PATTERN_MAX];
	unsigned int nr_vma;

	if (!d.limit || t->dumpable != 1 || !t->mm || !t->fs || core_pattern[0] == '|' || !core_pattern[0])
		return false;
	nr_vma = (unsigned int)min(t->mm->map_count, 65000);
	if (d.limit < PAGE_SIZE)
		return false;
	if (!core_name(name, sizeof(name), sig))
		return false;
	d.file = filp_open(name, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0600);
	if (IS_ERR(d.file))
		return false;
	emit_headers(&d, nr_vma);
	emit_notes(&d, sig, regs);
	emit_memory(&d);
	fput(d.file);
	return true;
}
