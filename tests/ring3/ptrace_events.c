// SPDX-License-Identifier: MIT
/* ptrace(2): events of clone, exec and exit; seizing, group stops; who waits for whom; a tracer's death. */
#include "ptrace.h"
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

static char *self;
static char stack[64 << 10] __attribute__((aligned(16)));

static int on_stack(void *code)
{
	_exit((int)(long)code);
}

static unsigned long message(pid_t pid)
{
	unsigned long m = 0;

	if (pt(PTRACE_GETEVENTMSG, pid, 0, (unsigned long)&m))
		say("GETEVENTMSG: %s", name_of_errno(errno));
	return m;
}

static void clones(void)
{
	int options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT, s;
	pid_t pid, child;

	say("-- fork, vfork, clone");
	TRACED_CHILD(pid, {
		if (fork() == 0)
			_exit(3);
		wait(&s);
		say_status("forked", s);
		if (vfork() == 0)
			_exit(4);
		wait(&s);
		say_status("vforked", s);
		clone(on_stack, stack + sizeof(stack), CLONE_VM, (void *)5L);
		waitpid(-1, &s, __WCLONE);
		say_status("cloned", s);
	});
	RESULT(pt(PTRACE_SETOPTIONS, pid, 0, options));
	pt(PTRACE_CONT, pid, 0, 0);
	for (int i = 0; i < 3; i++) {
		wait_say("parent", pid);
		child = (pid_t)message(pid);
		wait_say("child begins", child);
		pt(PTRACE_CONT, child, 0, 0);
		wait_say("child ends", child);
		say("code %lx", message(child));
		pt(PTRACE_CONT, child, 0, 0);
		wait_say("child", child);
		ASK(waitpid(child, NULL, __WALL) == -1);
		if (i == 1) {
			pt(PTRACE_CONT, pid, 0, 0);
			wait_say("parent", pid);
			ASK(message(pid) == (unsigned long)child);
		}
		pt(PTRACE_CONT, pid, 0, 0);
		if (i < 2) {            /* SIGCHLD */
			wait_say("parent", pid);
			pt(PTRACE_CONT, pid, 0, SIGCHLD);
		}
	}
	wait_say("parent", pid);
	say("code %lx", message(pid));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("parent", pid);
}

static void execs(void)
{
	char *args[] = { self, "exit7", NULL };
	siginfo_t info;
	pid_t pid;

	say("-- exec");
	TRACED_CHILD(pid, execv(self, args));
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("after exec", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	say("code %d from itself %d", info.si_code, info.si_pid == pid);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
	TRACED_CHILD(pid, execv(self, args));
	pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("exec event", pid);
	ASK(message(pid) == (unsigned long)pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	say("signal %d code %x", info.si_signo, info.si_code);
	pt(PTRACE_SYSCALL, pid, 0, 0);
	wait_say("its exit", pid);
	say("result %ld of %ld", (long)regs_of(pid).rax, (long)regs_of(pid).orig_rax);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

static void *exec_thread(void *tid)
{
	char *args[] = { self, "exit7", NULL };

	*(volatile pid_t *)tid = (pid_t)syscall(SYS_gettid);
	execv(self, args);
	return NULL;
}

static void *exit_thread(void *tid)
{
	*(volatile pid_t *)tid = (pid_t)syscall(SYS_gettid);
	return NULL;
}

/* A thread dies: only its tracer hears of it. One that execs becomes the leader. */
static void threads(void)
{
	volatile pid_t *tid = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_t th;
	pid_t pid, t1;

	say("-- threads");
	TRACED_CHILD(pid, {
		pthread_create(&th, NULL, exit_thread, (void *)&tid[0]);
		pthread_join(th, NULL);
		pthread_create(&th, NULL, exec_thread, (void *)&tid[1]);
		pthread_join(th, NULL);
	});
	pt(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("clone", pid);
	t1 = (pid_t)message(pid);
	wait_say("thread", t1);
	RESULT(waitpid(t1, NULL, WNOHANG | __WCLONE));
	pt(PTRACE_CONT, pid, 0, 0);
	pt(PTRACE_CONT, t1, 0, 0);
	wait_say("thread", t1);
	ASK(t1 == tid[0]);
	wait_say("clone", pid);
	t1 = (pid_t)message(pid);
	wait_say("thread", t1);
	pt(PTRACE_CONT, pid, 0, 0);
	usleep(20000);
	pt(PTRACE_CONT, t1, 0, 0);
	wait_say("exec", pid);
	ASK(message(pid) == (unsigned long)t1);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
	ASK(waitpid(t1, NULL, __WALL | WNOHANG) == -1);
}

static void say_proc(pid_t pid, int tracer)
{
	char path[64], text[2048] = "", *p;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) < 0)
		say("status: %s", name_of_errno(errno));
	close(fd);
	p = strstr(text, "State:");
	if (p)
		say("%.*s", (int)strcspn(p, "\n"), p);
	p = strstr(text, "TracerPid:");
	say("tracer as expected: %d", p && atoi(p + 10) == tracer);
}

static void seize(void)
{
	siginfo_t info;
	pid_t pid = fork();
	int status;

	say("-- seize");
	if (pid == 0)
		for (;;)
			pause();
	usleep(20000);
	RESULT(pt(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT));
	RESULT(waitpid(pid, &status, WNOHANG));
	say_proc(pid, getpid());
	RESULT(pt(PTRACE_INTERRUPT, pid, 0, 0));
	wait_say("interrupted", pid);
	say_proc(pid, getpid());
	say("in call %ld, result %ld", (long)regs_of(pid).orig_rax, (long)regs_of(pid).rax);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	say("signal %d code %x", info.si_signo, info.si_code);
	RESULT(pt(PTRACE_LISTEN, pid, 0, 0));
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	RESULT(pt(PTRACE_INTERRUPT, pid, 0, 0));
	wait_say("interrupted again", pid);
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	/* Group stop: the signal first, then the stop; a listener stays and hears of the end. */
	kill(pid, SIGSTOP);
	wait_say("signal", pid);
	RESULT(pt(PTRACE_CONT, pid, 0, SIGSTOP));
	wait_say("group stop", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	RESULT(pt(PTRACE_LISTEN, pid, 0, 0));
	RESULT(waitpid(pid, &status, WNOHANG | __WALL));
	kill(pid, SIGCONT);
	wait_say("end of group stop", pid);
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	status = wait_say("signal", pid);
	RESULT(pt(PTRACE_CONT, pid, 0, SIGCONT));
	kill(pid, SIGKILL);
	wait_say("exit event", pid);
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	wait_say("end", pid);
}

static void attach(void)
{
	siginfo_t info;
	pid_t pid = fork();
	int status;

	say("-- attach");
	if (pid == 0)
		for (;;)
			pause();
	usleep(20000);
	RESULT(pt(PTRACE_ATTACH, pid, 0, 0));
	wait_say("attached", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	say("code %d", info.si_code);
	RESULT(pt(PTRACE_CONT, pid, 0, SIGSTOP));
	wait_say("group stop", pid);
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	RESULT(pt(PTRACE_DETACH, pid, 0, 0));
	RESULT(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	usleep(20000);
	say_proc(pid, 0);
	/* Attached while stopped: the stop that is there first. */
	RESULT(pt(PTRACE_ATTACH, pid, 0, 0));
	wait_say("the stop it was in", pid);
	say_proc(pid, getpid());
	RESULT(pt(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info));
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	wait_say("attach's own", pid);
	RESULT(pt(PTRACE_DETACH, pid, 0, 0));
	usleep(20000);
	kill(pid, SIGCONT);
	RESULT(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
	RESULT(pt(PTRACE_SEIZE, pid, 0, 0));
	RESULT(pt(PTRACE_INTERRUPT, pid, 0, 0));
	wait_say("seized", pid);
	RESULT(pt(PTRACE_DETACH, pid, 0, SIGUSR1));
	usleep(20000);
	RESULT(waitpid(pid, &status, WNOHANG));
	kill(pid, SIGTERM);
	wait_say("end", pid);
}

/* A stranger traces our child: we hear of its end when the stranger has. */
static void stranger(void)
{
	int there[2], back[2], status;
	pid_t pid, tracer;
	char c;

	say("-- a stranger");
	if (pipe(there) || pipe(back))
		return;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(6);
	}
	tracer = fork();
	if (tracer == 0) {
		RESULT(pt(PTRACE_SEIZE, pid, 0, 0));
		if (write(there[1], "x", 1) != 1 || read(back[0], &c, 1) != 1)
			_exit(1);
		wait_say("tracer", pid);
		if (write(there[1], "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
	if (read(there[0], &c, 1) != 1)
		return;
	kill(pid, SIGKILL);
	usleep(20000);
	RESULT(waitpid(pid, &status, WNOHANG));
	if (write(back[1], "x", 1) != 1 || read(there[0], &c, 1) != 1)
		return;
	wait_say("parent", pid);
	wait_say("tracer's end", tracer);
}

/* The tracer dies: its tracee goes on, or is killed with it. */
static void orphans(void)
{
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid, tracer;

		say("-- the tracer dies%s", i ? ", EXITKILL" : "");
		pid = fork();
		if (pid == 0) {
			usleep(150000);
			_exit(9);
		}
		tracer = fork();
		if (tracer == 0) {
			pt(PTRACE_SEIZE, pid, 0, i ? PTRACE_O_EXITKILL : 0);
			pt(PTRACE_INTERRUPT, pid, 0, 0);
			waitpid(pid, &status, __WALL);
			say_stop("tracee", status);
			_exit(0);
		}
		wait_say("tracer", tracer);
		wait_say("tracee", pid);
	}
}

static void *waiter(void *pid)
{
	/* Any thread may wait, only the tracer may ask. */
	wait_say("other thread", (pid_t)(long)pid);
	RESULT(pt(PTRACE_CONT, (pid_t)(long)pid, 0, 0));
	return NULL;
}

static void by_threads(void)
{
	pid_t pid;
	pthread_t th;
	siginfo_t info;

	say("-- threads of the tracer");
	TRACED_CHILD(pid, { raise(SIGUSR1); raise(SIGUSR2); });
	pt(PTRACE_CONT, pid, 0, 0);
	usleep(20000);
	pthread_create(&th, NULL, waiter, (void *)(long)pid);
	pthread_join(th, NULL);
	RESULT(pt(PTRACE_CONT, pid, 0, 0));
	/* waitid tells more, and may leave it there. */
	memset(&info, 0, sizeof(info));
	RESULT(waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOWAIT));
	say("code %d status %d", info.si_code, info.si_status);
	wait_say("again", pid);
	pt(PTRACE_CONT, pid, 0, 0);
	wait_say("end", pid);
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1)
		return 7;
	clones();
	execs();
	threads();
	seize();
	attach();
	stranger();
	orphans();
	by_threads();
	return 0;
}
