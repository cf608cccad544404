/* SPDX-License-Identifier: MIT */
/*
 * execve(2), execveat(2): from a path to a new program in this task. Scripts (#!) are followed to their
 * interpreter first; then binfmt_elf.c takes over. Up to begin_new_exec the caller's program is untouched and
 * any error returns to it.
 */
#include <asm/tlb.h>
#include <fs/notify.h>
#include <mm/slab.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>
#include <ns/nsproxy.h>
#include "aslr.h"
#include "binprm.h"
#include "ptrace.h"

static int read_head(struct binprm *b)
{
	ssize_t n;

	memset(b->buf, 0, sizeof(b->buf));
	n = kernel_read(b->file, b->buf, sizeof(b->buf), 0);
	fsnotify_file(b->file, IN_ACCESS);
	return n < 0 ? (int)n : 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * "#! interpreter [one argument]": puts interpreter, argument and the script's path in front of the arguments
 * and opens the interpreter. The line must end, or its interpreter's name must, within the first 256 bytes.
 */
static int load_script(struct binprm *b)
{
	char *line = b->buf + 2, *end = memchr(line, '\n', sizeof(b->buf) - 2), *name, *arg;
	unsigned int old = b->nr_script_args, add = 2;
	struct file *f;
	char *strings[3];

	if (old + 3 > ARRAY_SIZE(b->script_args))
		return -ELOOP;
	if (b->unreachable)
		return -ENOENT;
	if (!end) {
		end = b->buf + sizeof(b->buf) - 1;
		for (name = line; name < end && is_blank(*name); name++)
			;
		for (arg = name; arg < end && *arg && !is_blank(*arg); arg++)
			;
		if (name == end || arg == end)
			return -ENOEXEC;        /* nothing says that the name is whole */
	}
	*end = 0;
	while (end > line && is_blank(end[-1]))
		*--end = 0;
	for (name = line; is_blank(*name); name++)
		;
	if (!*name)
		return -ENOEXEC;
	for (arg = name; *arg && !is_blank(*arg); arg++)
		;
	while (is_blank(*arg))
		*arg++ = 0;
	strings[0] = kstrdup(name, GFP_KERNEL);
	strings[1] = *arg ? kstrdup(arg, GFP_KERNEL) : NULL;
	strings[2] = kstrdup(old ? b->script_args[0] : b->filename, GFP_KERNEL);
	/* An inner script replaces its own name, which the outer one put first. */
	if (old) {
		kfree(b->script_args[0]);
		memmove(b->script_args, b->script_args + 1, (old - 1) * sizeof(char *));
		old--;
	}
	add += !!strings[1];
	memmove(b->script_args + add, b->script_args, old * sizeof(char *));
	b->script_args[0] = strings[0];
	if (strings[1])
		b->script_args[1] = strings[1];
	b->script_args[add - 1] = strings[2];
	b->nr_script_args = old + add;
	if (!strings[0] || !strings[2] || (*arg && !strings[1]))
		return -ENOMEM;
	f = open_exec(AT_FDCWD, strings[0], 0);
	if (IS_ERR(f))
		return (int)PTR_ERR(f);
	fput(b->file);
	b->file = f;
	return read_head(b);
}

/* Only @t is left, and the leader as a zombie. Threads that a tracer has to wait for are not gone before. */
static bool is_alone(const struct task_struct *t, const struct signal_struct *s)
{
	const struct task_struct *th;

	list_for_each_entry(th, &s->threads, thread_node)
		if (th != t && !(th == t->group_leader && th->state == TASK_ZOMBIE))
			return false;
	return true;
}

/* The others of the process die, exit_notify wakes us when the last is gone. 0, or -EINTR: this one is killed itself. */
static int wait_alone(struct task_struct *t, struct signal_struct *s)
{
	unsigned long irq = spin_lock_irqsave(&t->sighand->lock);
	int err = must_die(t) ? -EINTR : 0;

	if (!err) {
		s->exec_task = t;
		zap_other_threads(t);
	}
	spin_unlock_irqrestore(&t->sighand->lock, irq);
	if (err)
		return err;
	while (!is_alone(t, s) && !err) {
		set_current_killable();
		if (fatal_signal_pending())
			err = -EINTR;
		else if (!is_alone(t, s))
			schedule();
		set_current_running();
	}
	s->exec_task = NULL;
	return err;
}

/* The other threads of the process die; this one becomes the leader. 0, or -EINTR when it is killed itself. */
static int de_thread(void)
{
	struct task_struct *t = current, *leader, *c;
	struct signal_struct *s = t->signal;
	unsigned long irq;

	if (is_group_leader(t) && thread_group_empty(t))
		goto out;
	if (wait_alone(t, s))
		return -EINTR;
	irq = spin_lock_irqsave(&tasklist_lock);
	leader = t->group_leader;
	if (leader != t) {
		pid_t old = t->pid;

		pidmap_set_task(&pidmap, leader->pid, t);
		pidmap_set_task(&pidmap, old, NULL);
		pidmap_put(&pidmap, old);
		t->pid = leader->pid;
		t->vpid = leader->vpid;
		if (t->pid_ns->reaper == leader)
			t->pid_ns->reaper = t;
		t->group_leader = s->leader = t;
		t->start_time_ns = leader->start_time_ns; /* it is the same process: pidfds, /proc */
		t->exit_signal = SIGCHLD;
		set_parent(t, leader->parent);
		t->creator = leader->creator;
		list_add(&t->sibling, &leader->sibling);
		list_del_init(&leader->sibling);
		list_splice_init(&leader->children, &t->children);
		list_for_each_entry(c, &t->children, sibling) {
			struct task_struct *th;

			list_for_each_entry(th, &c->signal->threads, thread_node)
				set_parent(th, t);
			set_parent(c, t);
		}
		forget_task(leader);
	}
	spin_unlock_irqrestore(&tasklist_lock, irq);
	recalc_sigpending(t);
out:
	return unshare_sighand(t);
}

static void exec_mmap(struct mm_struct *new)
{
	struct task_struct *t = current;
	struct mm_struct *old = t->mm;

	if (old) {
		futex_exit(t);
		t->signal->maxrss_pages = max(t->signal->maxrss_pages, (u64)max(old->hiwater_rss, mm_rss(old)));
	}
	t->mm = new;
	load_pgd(new->pgd);
	vfork_complete(t);
	if (old)
		put_task_mm(old);
}

static void set_comm(const char *path)
{
	const char *base = strrchr(path, '/');

	strscpy(current->comm, base ? base + 1 : path, sizeof(current->comm));
}

/* Set-id programs; and what capabilities become: root has all, others none. */
static void apply_creds(struct binprm *b)
{
	struct cred *c = &current->cred;
	u32 root = make_kuid(c->user_ns, 0);

	current->mm_ns_level = (u8)c->user_ns->level;
	b->secure = b->new_euid != c->uid || b->new_egid != c->gid;
	if (b->new_euid != c->euid || b->new_egid != c->egid) {
		current->pdeath_signal = 0;
		current->dumpable = 0;
	} else {
		current->dumpable = 1;
	}
	c->euid = c->suid = c->fsuid = b->new_euid;
	c->egid = c->sgid = c->fsgid = b->new_egid;
	if (b->new_euid != c->uid || b->new_egid != c->gid)
		c->cap_ambient = 0;
	if ((c->euid == root || c->uid == root) && root != NO_ID && !(c->securebits & SECBIT_NOROOT)) {
		c->cap_permitted = c->cap_bset | c->cap_inheritable;
		c->cap_effective = c->euid == root ? c->cap_permitted : 0;
	} else {
		c->cap_permitted = c->cap_effective = c->cap_ambient;
	}
	c->securebits &= ~SECBIT_KEEP_CAPS;
}

static int new_mm(struct binprm *b)
{
	const struct rlimit64 *rlim = current->signal->rlim;
	struct mm_struct *mm = mm_alloc();
	int err;

	if (!mm)
		return -ENOMEM;
	b->mm = mm;
	mm->rlimit_as = rlim[RLIMIT_AS].rlim_cur;
	mm->rlimit_data = rlim[RLIMIT_DATA].rlim_cur;
	mm->rlimit_stack = rlim[RLIMIT_STACK].rlim_cur;
	mm->rlimit_memlock = capable(CAP_IPC_LOCK) ? RLIM_INFINITY : rlim[RLIMIT_MEMLOCK].rlim_cur;
	mm->mmap_base = aslr_mmap_base(mm->rlimit_stack);
	b->stack_top = aslr_stack_top();
	err = setup_arg_stack(b);
	return err;
}

int begin_new_exec(struct binprm *b)
{
	struct task_struct *t = current;
	int err = new_mm(b);

	if (!err)
		err = de_thread();
	if (err)
		return err;
	b->mm->exe_file = b->file;
	exe_file_get(b->file);
	exec_mmap(b->mm);               /* the point of no return */
	if (unlikely(t->nsproxy->time != t->nsproxy->time_for_children))
		__exec_namespaces();
	posix_timers_exit(t->signal);
	if (atomic_read(&t->files->count) > 1) {
		struct files_struct *f = files_dup(t->files);

		if (!IS_ERR(f)) {
			files_put(t->files);
			t->files = f;
		}
	}
	files_close_on_exec(t->files);
	flush_signal_handlers(t->sighand);
	thread_exec_debugregs(&t->thread);
	t->sas = (stack_t_abi){ .ss_flags = SS_DISABLE };
	t->flags &= ~(PF_FORKNOEXEC | PF_KTHREAD);
	t->signal->execed = true;
	t->robust_list = t->clear_child_tid = t->set_child_tid = t->rseq = 0;
	t->restart_fn = NULL;
	if (t->personality & READ_IMPLIES_EXEC)
		t->personality &= ~(unsigned long)READ_IMPLIES_EXEC;
	apply_creds(b);
	set_comm(b->filename);
	return 0;
}

/* A process that would not be under the set-id program's rules has its root or working directory, and can move them. */
static bool fs_is_shared(const struct task_struct *t)
{
	const struct task_struct *th;
	int others = atomic_read(&t->fs->count);

	list_for_each_entry(th, &t->signal->threads, thread_node)
		others -= th->fs == t->fs;
	return others > 0;
}

static void find_new_ids(struct binprm *b)
{
	const struct inode *i = b->file->inode;

	b->new_euid = current->cred.euid;
	b->new_egid = current->cred.egid;
	if (current->no_new_privs || file_is_nosuid(b->file) || (current->ptrace && !(current->ptrace & PT_CAP)))
		return;
	if (!ids_are_mapped(current_user_ns(), i->uid, i->gid))
		return;
	if (i->mode & S_ISUID)
		b->new_euid = i->uid;
	if ((i->mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
		b->new_egid = i->gid;
	if ((b->new_euid != current->cred.uid || b->new_egid != current->cred.gid) && fs_is_shared(current) && !capable(CAP_SETUID)) {
		b->new_euid = current->cred.uid;
		b->new_egid = current->cred.gid;
	}
}

static int run_binary(struct binprm *b)
{
	struct pt_regs *regs = task_pt_regs(current);
	int err = read_head(b);

	for (int depth = 0; !err; depth++) {
		if (b->buf[0] != '#' || b->buf[1] != '!') {
			find_new_ids(b);
			return load_elf_binary(b, regs);
		}
		if (depth == MAX_SCRIPT_DEPTH)
			return -ELOOP;
		err = load_script(b);
	}
	return err;
}

/*
 * What the program is called when it was named from a descriptor, execveat(2): a script's interpreter opens it by that,
 * which only works if exec leaves the descriptor open.
 */
static int name_from_fd(struct binprm *b, int dirfd, const char *path)
{
	size_t size;

	if (dirfd == AT_FDCWD || *path == '/') {
		b->filename = path;
		return 0;
	}
	size = strlen(path) + sizeof("/dev/fd/2147483647/");
	b->fd_name = kmalloc(size, GFP_KERNEL);
	if (!b->fd_name)
		return -ENOMEM;
	scnprintf(b->fd_name, size, "/dev/fd/%d%s%s", dirfd, *path ? "/" : "", path);
	b->filename = b->fd_name;
	b->unreachable = fd_closes_on_exec(current->files, (unsigned int)dirfd);
	return 0;
}

static int do_exec(struct binprm *b, int dirfd, const char *path, int at_flags)
{
	pid_t old_pid = current->pid;   /* not any more, when a thread becomes the leader */
	int n = count_args(&b->argv), err;

	if (n < 0)
		return n;
	b->user_argc = (unsigned int)n;
	n = count_args(&b->envp);
	if (n < 0)
		return n;
	b->envc = (unsigned int)n;
	b->file = open_exec(dirfd, path, at_flags);
	if (IS_ERR(b->file))
		return (int)PTR_ERR(b->file);
	err = name_from_fd(b, dirfd, path);
	if (!err)
		err = run_binary(b);
	fput(b->file);
	if (b->mm && current->mm != b->mm)
		mmput(b->mm);
	kfree(b->ptrs);
	kfree(b->fd_name);
	for (unsigned int i = 0; i < b->nr_script_args; i++)
		kfree(b->script_args[i]);
	if (!err)
		ptrace_event(PTRACE_EVENT_EXEC, (u64)old_pid);
	return err;
}

static struct binprm *alloc_binprm(u64 argv, u64 envp)
{
	struct binprm *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (b) {
		b->argv.user = argv;
		b->envp.user = envp;
	}
	return b;
}

static long exec_user(int dirfd, u64 path, u64 argv, u64 envp, int at_flags)
{
	char *name = kmalloc(PATH_MAX, GFP_KERNEL);
	struct binprm *b = alloc_binprm(argv, envp);
	ssize_t n;
	long err = -ENOMEM;

	if (name && b) {
		n = strncpy_from_user(name, (const char __user *)path, PATH_MAX);
		err = n;
		if (n == 0 && !(at_flags & AT_EMPTY_PATH))
			err = -ENOENT;
		else if (n >= 0)
			err = do_exec(b, dirfd, name, at_flags);
	}
	kfree(b);
	kfree(name);
	return err;
}

SYSCALL(execve)
{
	return exec_user(AT_FDCWD, (u64)a0, (u64)a1, (u64)a2, 0);
}

SYSCALL(execveat)
{
	if (a4 & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	return exec_user((int)a0, (u64)a1, (u64)a2, (u64)a3, (int)a4);
}

int kernel_execve(const char *path, const char *const *argv, const char *const *envp)
{
	struct binprm *b = alloc_binprm(0, 0);
	int err;

	if (!b)
		return -ENOMEM;
	b->argv.kernel = argv;
	b->envp.kernel = envp;
	err = do_exec(b, AT_FDCWD, path, 0);
	kfree(b);
	return err;
}
