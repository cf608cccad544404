// SPDX-License-Identifier: MIT
/* exit, wait4, waitid, zombies, orphans, stop and continue. */
#include "t.h"

static pid_t spawn_exit(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	return pid;
}

static void orphan(void)
{
	int ends[2];
	pid_t pid;
	char byte = 0;

	if (pipe(ends))
		return;
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			pid_t parent = getppid();

			while (getppid() == parent)
				usleep(1000);
			byte = 'o';
			_exit(write(ends[1], &byte, 1) != 1);
		}
		usleep(20000);
		_exit(0);
	}
	close(ends[1]);
	waitpid(pid, NULL, 0);
	RESULT(read(ends[0], &byte, 1));
	ASK(byte == 'o');
	close(ends[0]);
}

static void stop_and_continue(void)
{
	int status, go[2];
	pid_t pid;

	pipe(go);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		read(go[0], &status, 1);        /* its end would be told instead of SIGCONT, were it faster than the parent */
		_exit(8);
	}
	ASK(waitpid(pid, &status, WUNTRACED) == pid);
	say_status("child", status);
	RESULT(kill(pid, SIGCONT));
	ASK(waitpid(pid, &status, WCONTINUED) == pid);
	say_status("child", status);
	write(go[1], "", 1);
	close(go[0]), close(go[1]);
	ASK(waitpid(pid, &status, 0) == pid);
	say_status("child", status);
}

static void by_waitid(void)
{
	siginfo_t info;
	pid_t pid = spawn_exit(77);

	memset(&info, 0, sizeof(info));
	RESULT(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	ASK(info.si_pid == pid && info.si_signo == SIGCHLD && info.si_code == CLD_EXITED && info.si_status == 77);
	RESULT(waitid(P_PID, pid, &info, WEXITED));
	RESULT(waitid(P_PID, pid, &info, WEXITED));
	RESULT(waitid(P_ALL, 0, &info, 0));
}

static void count_handler(int sig) { caught_count++; }

/* Who sleeps in wait hears of the child by a handler without SA_RESTART, and gets the child, not EINTR. */
static void woken_by_handler(void)
{
	struct sigaction action = { .sa_handler = count_handler }, old;

	sigaction(SIGCHLD, &action, &old);
	for (int i = 0; i < 4; i++) {
		siginfo_t info = { 0 };
		pid_t pid = fork();

		if (pid == 0) {
			usleep(20000);
			_exit(i);
		}
		if (i & 1)
			RESULT(waitid(P_PID, (id_t)pid, &info, WEXITED));
		else
			ASK(waitpid(pid, NULL, i & 2 ? __WALL : 0) == pid);
	}
	say("handled %d", (int)caught_count);
	sigaction(SIGCHLD, &old, NULL);
}

int main(void)
{
	struct rusage usage;
	pid_t pid[4], other;
	int status, i;

	RESULT(waitpid(-1, &status, 0));
	for (i = 0; i < 4; i++)
		pid[i] = spawn_exit(i * 80);
	for (i = 3; i >= 0; i--) { /* in another order than they ended */
		ASK(wait4(pid[i], &status, 0, &usage) == pid[i]);
		say_status("child", status);
	}
	pid[0] = fork();
	if (pid[0] == 0) {
		pause();
		_exit(1);
	}
	RESULT(waitpid(pid[0], &status, WNOHANG));
	RESULT(kill(pid[0], 0));
	RESULT(kill(pid[0], SIGTERM));
	ASK(waitpid(pid[0], &status, 0) == pid[0]);
	say_status("terminated", status);
	RESULT(kill(pid[0], 0));
	RESULT(waitpid(pid[0], &status, 0));
	RESULT(waitpid(-1, &status, 0x1000));
	RESULT(waitpid(999999, &status, 0));
	CHILD("abort", abort());
	CHILD("exit 256+3", _exit(256 + 3));
	CHILD("kill -9 itself", kill(getpid(), SIGKILL));
	other = spawn_exit(5);
	ASK(waitpid(0, &status, 0) == other); /* own process group */
	say_status("group", status);
	other = spawn_exit(6);
	setpgid(other, other);
	stop_and_continue();
	ASK(waitpid(-other, &status, 0) == other || errno == ECHILD);
	waitpid(-1, NULL, 0);
	orphan();
	by_waitid();
	woken_by_handler();
	return 0;
}
