/* SPDX-License-Identifier: MIT */
/* failnth.c: processes, signals, timers, System V IPC. */
#include "failnth.h"

static long do_shmget(void) { return ret(shmget(IPC_PRIVATE, MIB, IPC_CREAT | 0600)); }
static void undo_shmget(long r) { shmctl(r, IPC_RMID, NULL); }
static void setup_shm(void) { fd = shmget(IPC_PRIVATE, MIB, IPC_CREAT | 0600); }
static void close_shm(void) { shmctl(fd, IPC_RMID, NULL); }
static long do_shmat(void) { return ret_map(shmat(fd, NULL, 0)); }
static void undo_shmat(long r) { shmdt((void *)r); }
static long do_semget(void) { return ret(semget(IPC_PRIVATE, 8, IPC_CREAT | 0600)); }
static void undo_semget(long r) { semctl(r, 0, IPC_RMID); }
static void setup_sem(void) { fd = semget(IPC_PRIVATE, 8, IPC_CREAT | 0600); }
static void close_sem(void) { semctl(fd, 0, IPC_RMID); }
static long do_semop(void) { struct sembuf s = { 0, 1, SEM_UNDO }; return ret(semop(fd, &s, 1)); }
static void undo_semop(long r) { close_sem(); setup_sem(); }
static long do_msgget(void) { return ret(msgget(IPC_PRIVATE, IPC_CREAT | 0600)); }
static void undo_msgget(long r) { msgctl(r, IPC_RMID, NULL); }
static void setup_msg(void) { fd = msgget(IPC_PRIVATE, IPC_CREAT | 0600); }
static void close_msg(void) { msgctl(fd, IPC_RMID, NULL); }
static long do_msgsnd(void)
{
	static struct { long type; char text[4000]; } m = { .type = 1 };

	return ret(msgsnd(fd, &m, 4000, IPC_NOWAIT));
}
static void undo_msgsnd(long r) { close_msg(); setup_msg(); }


static long do_fork(void)
{
	pid_t pid = syscall(SYS_fork);

	if (pid == 0)
		_exit(0);
	return ret(pid);
}
static void undo_wait(long r) { if (waitpid(r, NULL, __WALL) != r) _exit(9); }
static void setup_dontfork(void) { setup_small(); madvise(mem, PAGE, MADV_DONTFORK); }
static char thread_stack[65536];
static int thread_main(void *arg) { return 0; }
static long do_thread(void)
{
	return ret(clone(thread_main, thread_stack + sizeof(thread_stack), CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL));
}
static long do_clone_pidfd(void)
{
	int pidfd = -1;
	pid_t pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pidfd, 0, 0);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		close(pidfd);
	return pid < 0 && errno == EFAULT ? -ENOMEM : ret(pid); /* the child's copy-on-write met pidfd's page */
}
static long do_unshare(void) { return ret(unshare(CLONE_FILES | CLONE_FS)); }
static long do_wait_none(void) { return ret(waitpid(-1, NULL, WNOHANG)); }
static long do_setgroups(void) { gid_t g[20] = { 1, 2, 3 }; return ret(syscall(SYS_setgroups, 20, g)); }
static void undo_setgroups(long r) { syscall(SYS_setgroups, 0, NULL); }
static long do_sigqueue(void) { return ret(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ 0 })); }
static void block_rt(void) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGRTMIN + 3); sigprocmask(SIG_BLOCK, &s, NULL); }
static void undo_sigqueue(long r)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 3);
	sigtimedwait(&s, NULL, &(struct timespec){ 0, 0 });
}
static long do_timer_create(void)
{
	timer_t t;
	struct sigevent e = { .sigev_notify = SIGEV_NONE };

	return ret(timer_create(CLOCK_MONOTONIC, &e, &t)) ?: (long)t;
}
static void undo_timer(long r) { timer_delete((timer_t)r); }
static long do_setitimer(void) { return ret(setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 1000, 0 } }, NULL)); }
static long do_nanosleep(void) { return ret(nanosleep(&(struct timespec){ 0, 1000 }, NULL)); }
static long do_prctl_name(void) { return ret(syscall(SYS_prctl, 15, "name")); }
static long do_sysinfo(void) { return ret(syscall(SYS_sysinfo, buf)); }
static long do_getrandom(void) { return ret(syscall(SYS_getrandom, buf, 70000, 0)); }
static long do_times(void) { return ret(syscall(SYS_getrusage, 0, buf)); }
static long do_hostname(void) { return ret(sethostname("atlas", 5)); }
static long do_affinity(void) { return ret(syscall(SYS_sched_setaffinity, 0, 8, "\1\0\0\0\0\0\0\0")); }

/* exec in a child, which has its own counter; says what was left of it when exec came through. */
static unsigned int exec_nth;
static void arm(unsigned int n);
static unsigned int left(void);

static void arm_child(void)
{
	fail_fd = open("/proc/self/fail-nth", O_RDWR);
	dup2(fail_fd, 200);
	fail_fd = 200;
	arm(exec_nth);
}

/* 1: the child's call came through and needed fewer allocations; 0: it came through; else its errno. */
static long result_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid)
		_exit(9);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV ? -ENOMEM : -999;
	return WEXITSTATUS(status) >= 100 ? -(WEXITSTATUS(status) - 100) : WEXITSTATUS(status);
}

static long do_exec(char *path, char **argv)
{
	pid_t pid = fork();

	if (pid == 0) {
		arm_child();
		execve(path, argv, (char *[]){ "A=B", NULL });
		_exit(100 + errno);
	}
	return result_of(pid);
}

/* @call in a child: for what can't be undone. */
static long in_child(long (*call)(void))
{
	pid_t pid = fork();
	unsigned int n;
	long r;

	if (pid)
		return result_of(pid);
	arm_child();
	r = call();
	n = left();
	arm(0);
	_exit(r < 0 ? 100 - r : n != 0);
}

static long ids(void)
{
	int uid = 10000 + getpid();     /* another one each time */

	return ret(syscall(SYS_setresuid, uid, uid, uid));
}
static long child_setresuid(void) { return in_child(ids); }
static long other_user_forks(void)
{
	pid_t pid;

	if (syscall(SYS_setresuid, 5000, 5000, 5000))
		return -errno;
	pid = syscall(SYS_fork);
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret(pid);
}
static long child_user(void) { return in_child(other_user_forks); }
static long new_session(void) { return ret(setsid()); }
static long child_setsid(void) { return in_child(new_session); }
static long new_group(void) { return ret(setpgid(0, 0)); }
static long child_setpgid(void) { return in_child(new_group); }
static long new_root(void) { return ret(chroot(D)); }
static long child_chroot(void) { return in_child(new_root); }
static long own_caps(void) { unsigned int h[2] = { 0x20080522, 0 }, d[6] = { 1, 1, 0, 0, 0, 0 }; return ret(syscall(SYS_capset, h, d)); }
static long child_capset(void) { return in_child(own_caps); }
static long fifo_class(void) { return ret(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &(int){ 3 })); }
static long child_fifo(void) { return in_child(fifo_class); }
static long write_copies(void) { for (unsigned long i = 0; i < MIB; i += PAGE) ((volatile char *)mem)[i] = 2; return 0; }
static long child_cow(void) { return in_child(write_copies); }
static long grow_stack(void) { volatile char big[300000]; for (int i = 0; i < 300000; i += 4096) big[i] = 1; return big[0] & 0; }
static long child_stack(void) { return in_child(grow_stack); }
static long open_terminal(void) { int f; if (setsid() < 0) return -errno; f = open("/dev/ptmx", O_RDWR); return ret(f); }
static long child_terminal(void) { return in_child(open_terminal); }
static long do_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return ret(pid);
}
static long do_clone3(void)
{
	struct { unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } a = { .exit_signal = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, &a, sizeof(a));

	if (pid == 0)
		_exit(0);
	return ret(pid);
}
static int thread_ends(void *arg) { syscall(SYS_exit, 0); return 0; }
static volatile int thread_tid;
static long do_thread_group(void)
{
	thread_tid = -1;
	return ret(clone(thread_ends, thread_stack + sizeof(thread_stack), CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			 CLONE_SYSVSEM | CLONE_CHILD_CLEARTID, NULL, NULL, NULL, &thread_tid));
}
static void undo_thread(long r) { while (thread_tid) sched_yield(); usleep(1000); }

/* A core file is written with what memory there is; only how long to try is known. */
#define CORE_NTH 60
static long dump_core(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	if (chdir(D))
		return -errno;
	raise(SIGABRT);
	return 0;
}
static long child_core(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		arm_child();
		dump_core();
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	unlink(D "core");
	return exec_nth > CORE_NTH;
}

static long do_sigtimedwait(void)
{
	sigset_t s;

	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN + 3);
	return ret(sigtimedwait(&s, NULL, &(struct timespec){ 0, 1000 }));
}
static long do_kill(void) { return ret(kill(getpid(), SIGALRM)); }
static long do_tgsigqueue(void)
{
	siginfo_t i = { .si_signo = SIGRTMIN + 3, .si_code = SI_QUEUE };

	return ret(syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), SIGRTMIN + 3, &i));
}
static long timer_signal(void)
{
	timer_t t;
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };

	return ret(timer_create(CLOCK_MONOTONIC, &e, &t)) ?: (long)t;
}
static timer_t armed_timer;
static long do_timer_settime(void) { return ret(timer_settime(armed_timer, 0, &(struct itimerspec){ { 0, 0 }, { 0, 100000 } }, NULL)); }
static void setup_timer(void)
{
	timer_create(CLOCK_MONOTONIC, &(struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM }, &armed_timer);
}
static void close_timer(void) { timer_delete(armed_timer); }
static void undo_settime(long r) { usleep(200); }
static long do_setpriority(void) { return ret(setpriority(PRIO_PROCESS, 0, 0)); }
static long do_prlimit(void) { struct rlimit l; return ret(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &l)); }
static long do_futex(void) { static int word; return ret(syscall(SYS_futex, &word, 0, 0, &(struct timespec){ 0, 1000 }, NULL, 0)); }
static long do_syslog(void) { return ret(syscall(SYS_syslog, 3, buf, 8000)); }

static long do_msgrcv(void) { static struct { long type; char text[4000]; } m; return ret(msgrcv(fd, &m, 4000, 0, IPC_NOWAIT)); }
static void setup_msgrcv(void) { setup_msg(); do_msgsnd(); }
static void undo_msgrcv(long r) { do_msgsnd(); }
static long copy_message(void) { static struct { long type; char text[4000]; } m; return ret(msgrcv(fd, &m, 4000, 0, IPC_NOWAIT | 040000)); }
static long set_all(void) { unsigned short v[8] = { 1 }; return ret(semctl(fd, 0, SETALL, v)); }
static long get_all(void) { unsigned short v[8]; return ret(semctl(fd, 0, GETALL, v)); }
static void setup_many_sems(void) { fd = semget(IPC_PRIVATE, 250, IPC_CREAT | 0600); }
static long set_all_many(void) { static unsigned short v[250]; return ret(semctl(fd, 0, SETALL, v)); }
static long many_ops(void) { struct sembuf s[80]; for (int i = 0; i < 80; i++) s[i] = (struct sembuf){ i, 1, 0 }; return ret(semop(fd, s, 80)); }
static long stat_shm(void) { struct shmid_ds d; return ret(shmctl(fd, IPC_STAT, &d)); }

static long exec_fd(void)
{
	int f = open(self_path, O_PATH);
	pid_t pid = fork();

	if (pid == 0) {
		arm_child();
		syscall(SYS_execveat, f, "", (char *[]){ "failnth", "--left", NULL }, (char *[]){ NULL }, AT_EMPTY_PATH);
		_exit(100 + errno);
	}
	close(f);
	return result_of(pid);
}
static long exec_long(void)
{
	static char *argv[70];

	buf[sizeof(buf) - 1] = 0;
	for (int i = 0; i < 68; i++)
		argv[i] = buf + sizeof(buf) - 2000;
	argv[0] = "failnth";
	argv[1] = "--left";
	return do_exec(self_path, argv);
}
static long exec_self(void) { return do_exec(self_path, (char *[]){ "failnth", "--left", NULL }); }
static long exec_script(void) { return do_exec(D "script", (char *[]){ "script", "--left", NULL }); }
static void setup_script(void) { int f = open(D "script", O_CREAT | O_WRONLY, 0755); dprintf(f, "#!%s --left\n", self_path); close(f); }
static void close_script(void) { unlink(D "script"); }


static const struct row task_rows[] = {
	ROW("shmget", do_shmget, undo_shmget),
	ROW("shmat", do_shmat, undo_shmat, setup_shm, close_shm),
	ROW("semget", do_semget, undo_semget, .also = ENOSYS),
	ROW("semop SEM_UNDO", do_semop, undo_semop, setup_sem, close_sem, ENOSYS),
	ROW("msgget", do_msgget, undo_msgget, .also = ENOSYS),
	ROW("msgsnd", do_msgsnd, undo_msgsnd, setup_msg, close_msg, ENOSYS),
	ROW("fork", do_fork, undo_wait, .also = EAGAIN),
	ROW("fork with MADV_DONTFORK", do_fork, undo_wait, setup_dontfork, close_small, EAGAIN),
	ROW("fork with 2 MiB pages", do_fork, undo_wait, setup_mem, close_mem, EAGAIN),
	ROW("clone", do_thread, undo_wait, .also = EAGAIN),
	ROW("clone CLONE_PIDFD", do_clone_pidfd, undo_wait, .also = EAGAIN),
	ROW("unshare", do_unshare),
	ROW("wait4", do_wait_none, .also = ECHILD),
	ROW("setgroups", do_setgroups, undo_setgroups),
	ROW("rt_sigqueueinfo", do_sigqueue, undo_sigqueue, block_rt, NULL, EAGAIN),
	ROW("timer_create", do_timer_create, undo_timer, .also = EAGAIN),
	ROW("setitimer", do_setitimer),
	ROW("nanosleep", do_nanosleep),
	ROW("prctl", do_prctl_name),
	ROW("sysinfo", do_sysinfo),
	ROW("getrandom", do_getrandom),
	ROW("getrusage", do_times),
	ROW("sethostname", do_hostname),
	ROW("sched_setaffinity", do_affinity),
	ROW("execve", exec_self, .also = E2BIG, .exec = 1),
	ROW("execve of a script", exec_script, NULL, setup_script, close_script, .also = E2BIG, .exec = 1),
	ROW("execveat of a descriptor", exec_fd, .also = E2BIG, .exec = 1),
	ROW("execve with long arguments", exec_long, .also = E2BIG, .exec = 1),
	ROW("setresuid", child_setresuid, .also = EAGAIN, .exec = 1),
	ROW("fork of another user", child_user, .also = EAGAIN, .exec = 1),
	ROW("setsid", child_setsid, .exec = 1),
	ROW("setpgid", child_setpgid, .exec = 1),
	ROW("chroot", child_chroot, .exec = 1),
	ROW("capset", child_capset, .exec = 1),
	ROW("sched_setscheduler", child_fifo, .exec = 1),
	ROW("page faults: copies after fork", child_cow, NULL, setup_small, close_small, .exec = 1),
	ROW("page faults: the stack grows", child_stack, .exec = 1),
	ROW("open a terminal of one's own", child_terminal, .also = ENOSPC, .exec = 1),
	ROW("core dump", child_core, .exec = 1),
	ROW("vfork", do_vfork, undo_wait, .also = EAGAIN),
	ROW("clone3", do_clone3, undo_wait, .also = EAGAIN),
	ROW("clone CLONE_THREAD", do_thread_group, undo_thread, .also = EAGAIN),
	ROW("rt_sigtimedwait", do_sigtimedwait, NULL, block_rt, .also = EAGAIN),
	ROW("kill", do_kill, .also = EAGAIN),
	ROW("rt_tgsigqueueinfo", do_tgsigqueue, undo_sigqueue, block_rt, NULL, EAGAIN),
	ROW("timer_create SIGEV_SIGNAL", timer_signal, undo_timer, .also = EAGAIN),
	ROW("timer_settime", do_timer_settime, undo_settime, setup_timer, close_timer),
	ROW("setpriority", do_setpriority),
	ROW("prlimit64", do_prlimit),
	ROW("futex FUTEX_WAIT", do_futex, .also = ETIMEDOUT),
	ROW("syslog", do_syslog),
	ROW("msgrcv", do_msgrcv, undo_msgrcv, setup_msgrcv, close_msg),
	ROW("msgrcv MSG_COPY", copy_message, NULL, setup_msgrcv, close_msg, ENOSYS),
	ROW("semctl SETALL", set_all, NULL, setup_sem, close_sem),
	ROW("semctl GETALL", get_all, NULL, setup_sem, close_sem),
	ROW("semctl SETALL of 250", set_all_many, NULL, setup_many_sems, close_sem),
	ROW("semop of 80", many_ops, NULL, setup_many_sems, close_sem),
	ROW("shmctl IPC_STAT", stat_shm, NULL, setup_shm, close_shm),
};
