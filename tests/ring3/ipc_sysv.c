/* SPDX-License-Identifier: MIT */
/* System V semaphores and message queues: values, waits, undo, permissions, types, limits, removal under sleepers. */
#include "t.h"
#include <limits.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

union semun { int val; struct semid_ds *buf; unsigned short *array; struct seminfo *info; };

static int op(int id, int n, int by, int flags)
{
	struct sembuf b = { n, by, flags };

	return semop(id, &b, 1);
}

static void values(void)
{
	int id = semget(IPC_PRIVATE, 3, 0600);
	unsigned short v[3] = { 1, 2, 3 }, got[3];
	struct semid_ds ds;
	struct sembuf two[2] = { { 0, -1, 0 }, { 1, -5, IPC_NOWAIT } }, up[2] = { { 2, 5, 0 }, { 2, -4, 0 } };

	ASK(id >= 0);
	RESULT(semctl(id, 0, GETVAL));
	RESULT(semctl(id, 0, SETALL, (union semun){ .array = v }));
	RESULT(semctl(id, 0, GETALL, (union semun){ .array = got }));
	say("%d %d %d", got[0], got[1], got[2]);
	RESULT(semop(id, two, 2));
	RESULT(semctl(id, 0, GETVAL));          /* all or nothing */
	RESULT(semop(id, up, 2));
	RESULT(semctl(id, 2, GETVAL));
	ASK(semctl(id, 2, GETPID) == getpid());
	RESULT(op(id, 0, -2, IPC_NOWAIT));
	RESULT(op(id, 0, 0, IPC_NOWAIT));
	RESULT(op(id, 0, 32767, 0));
	RESULT(op(id, 3, 1, 0));
	RESULT(semop(id, up, 0));
	RESULT(semop(id, up, 501));
	RESULT(semop(-1, up, 1));
	RESULT(semop(id, NULL, 1));
	RESULT(semctl(id, 0, SETVAL, (union semun){ .val = 32768 }));
	RESULT(semctl(id, 0, SETVAL, (union semun){ .val = -1 }));
	RESULT(semctl(id, 3, GETVAL));
	RESULT(semctl(id, 0, 99));
	RESULT(semctl(id, 0, IPC_STAT, (union semun){ .buf = &ds }));
	say("nsems %d mode %o", (int)ds.sem_nsems, ds.sem_perm.mode);
	say("an id as the index: %d", semctl(id, 0, SEM_STAT, (union semun){ .buf = &ds }) == id);
	ds.sem_perm.mode = 0644;
	RESULT(semctl(id, 0, IPC_SET, (union semun){ .buf = &ds }));
	RESULT(semctl(id, 0, IPC_RMID));
	RESULT(semctl(id, 0, GETVAL));
	RESULT(semget(IPC_PRIVATE, 0, 0600));
	RESULT(semget(IPC_PRIVATE, 32001, 0600));
	RESULT(semget(IPC_PRIVATE, -1, 0600));
}

static void keys(void)
{
	key_t key = 0x41544c53;
	int id = semget(key, 2, IPC_CREAT | IPC_EXCL | 0600);

	ASK(id >= 0);
	ASK(semget(key, 0, 0) == id);
	RESULT(semget(key, 3, 0));
	RESULT(semget(key, 2, IPC_CREAT | IPC_EXCL));
	CHILD("somebody else", {
		if (setuid(12345))
			say("setuid failed");
		RESULT(semget(key, 0, 0400));
		WORKS(semget(key, 0, 0));
		RESULT(semctl(id, 0, GETVAL));
		RESULT(op(id, 0, 1, 0));
		RESULT(semctl(id, 0, IPC_RMID));
	});
	RESULT(semctl(id, 0, IPC_RMID));
	RESULT(semget(key, 0, 0));
}

static void on_alarm(int sig)
{
}

static void waits(void)
{
	int id = semget(IPC_PRIVATE, 2, 0600), status;
	struct sembuf down = { 0, -1, 0 };
	struct timespec t = { 0, 50000000 }, bad = { 0, -1 };
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	pid_t pid = fork();

	if (pid == 0) {
		int r = op(id, 0, -2, 0);

		_exit(r ? 1 : 0);
	}
	usleep(50000);
	RESULT(semctl(id, 0, GETNCNT));
	RESULT(semctl(id, 0, GETZCNT));
	RESULT(op(id, 0, 1, 0));
	RESULT(semctl(id, 0, GETNCNT));
	RESULT(op(id, 0, 1, 0));
	RESULT(semctl(id, 0, GETVAL));          /* the sleeper's operation was done for it at once */
	RESULT(semctl(id, 0, GETNCNT));
	ASK(semctl(id, 0, GETPID) == pid);
	waitpid(pid, &status, 0);
	say_status("the sleeper", status);
	RESULT(semtimedop(id, &down, 1, &t));
	RESULT(semtimedop(id, &down, 1, &bad));
	sigaction(SIGALRM, &sa, NULL);
	ualarm(50000, 0);
	RESULT(semop(id, &down, 1));            /* never restarted */
	op(id, 1, 1, 0);
	pid = fork();
	if (pid == 0) {
		errno = 0;
		say("waiting for zero: %d %s", op(id, 1, 0, 0), name_of_errno(errno));
		errno = 0;
		say("removed: %d %s", op(id, 0, -1, 0), name_of_errno(errno));
		_exit(0);
	}
	usleep(50000);
	RESULT(semctl(id, 1, GETZCNT));
	op(id, 1, -1, 0);
	usleep(50000);
	semctl(id, 0, IPC_RMID);
	wait(NULL);
}

static void undo(void)
{
	int id = semget(IPC_PRIVATE, 2, 0600);

	semctl(id, 0, SETVAL, (union semun){ .val = 3 });
	CHILD("a process that undoes", {
		op(id, 0, -2, SEM_UNDO);
		op(id, 1, 4, SEM_UNDO);
		say("inside %d %d", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL));
		if (fork() == 0)
			_exit(0);               /* a child has nothing to undo */
		wait(NULL);
		say("after the child %d %d", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL));
	});
	say("outside %d %d", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL));
	CHILD("killed", {
		op(id, 0, -1, SEM_UNDO);
		raise(SIGKILL);
	});
	say("outside %d", semctl(id, 0, GETVAL));
	CHILD("SETVAL forgets", {
		op(id, 0, 2, SEM_UNDO);
		semctl(id, 0, SETVAL, (union semun){ .val = 7 });
	});
	say("outside %d", semctl(id, 0, GETVAL));
	CHILD("too much to undo", RESULT(op(id, 1, 32767, SEM_UNDO)); RESULT(op(id, 1, -32767, 0)); RESULT(op(id, 1, 2, SEM_UNDO)));
	semctl(id, 0, IPC_RMID);
}

struct message { long type; char text[64]; };

static int send_message(int id, long type, const char *text, int flags)
{
	struct message m = { .type = type };

	strcpy(m.text, text);
	return msgsnd(id, &m, strlen(text) + 1, flags);
}

static void receive(int id, long type, int flags)
{
	struct message m = { 0 };
	long n;

	errno = 0;
	n = msgrcv(id, &m, sizeof(m.text), type, flags);
	if (n < 0)
		say("type %ld flags %o: %s", type, flags, name_of_errno(errno));
	else
		say("type %ld flags %o: %ld of type %ld \"%s\"", type, flags, n, m.type, m.text);
}

static void messages(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds ds;
	struct message m = { 1, "" };

	for (int i = 0; i < 5; i++) {
		char text[2] = { 'a' + i, 0 };

		send_message(id, 5 - i, text, 0);
	}
	send_message(id, 2, "second two", 0);
	RESULT(msgctl(id, IPC_STAT, &ds));
	say("%lu messages, %lu bytes of %lu, mode %o", ds.msg_qnum, ds.__msg_cbytes, ds.msg_qbytes, ds.msg_perm.mode);
	ASK(ds.msg_lspid == getpid() && !ds.msg_lrpid);
	receive(id, 1, IPC_NOWAIT | MSG_COPY);
	receive(id, 9, IPC_NOWAIT | MSG_COPY);
	receive(id, 3, 0);
	receive(id, -2, 0);
	receive(id, -4, 0);
	receive(id, 0, 0);
	receive(id, 4, MSG_EXCEPT);
	receive(id, 3, IPC_NOWAIT);
	receive(id, LONG_MIN, IPC_NOWAIT);
	receive(id, 0, IPC_NOWAIT);
	send_message(id, 1, "a long message", 0);
	RESULT(msgrcv(id, &m, 3, 0, 0));
	RESULT(msgrcv(id, &m, 3, 0, MSG_NOERROR));
	say("%.3s", m.text);
	RESULT(send_message(id, 0, "x", 0));
	RESULT(send_message(id, -1, "x", 0));
	RESULT(msgsnd(id, &m, 8193, 0));
	RESULT(msgsnd(id, NULL, 1, 0));
	RESULT(msgsnd(-1, &m, 1, 0));
	RESULT(msgrcv(id, &m, -1, 0, 0));
	RESULT(msgsnd(id, &m, 0, 0));
	RESULT(msgrcv(id, &m, 0, 0, 0));
	ds.msg_qbytes = 100;
	RESULT(msgctl(id, IPC_SET, &ds));
	RESULT(msgsnd(id, &m, 64, IPC_NOWAIT));
	RESULT(msgsnd(id, &m, 64, IPC_NOWAIT));
	RESULT(msgctl(id, IPC_RMID, NULL));
	RESULT(msgctl(id, IPC_STAT, &ds));
}

static void message_waits(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds ds;
	struct message m = { 1, "" };
	int r;

	if (fork() == 0) {
		receive(id, 7, 0);
		errno = 0;
		say("too long: %ld %s", (long)msgrcv(id, &m, 2, 8, 0), name_of_errno(errno));
		receive(id, 0, 0);
		receive(id, 5, 0);
		_exit(0);
	}
	usleep(50000);
	send_message(id, 6, "not wanted yet", 0);
	send_message(id, 7, "wanted", 0);
	usleep(50000);
	send_message(id, 8, "longer than two", 0);
	usleep(50000);
	receive(id, 0, IPC_NOWAIT);
	usleep(50000);
	r = msgctl(id, IPC_RMID, NULL);
	wait(NULL);
	say("removed under a sleeper: %d", r);
	id = msgget(IPC_PRIVATE, 0600);
	msgctl(id, IPC_STAT, &ds);
	ds.msg_qbytes = 64;
	msgctl(id, IPC_SET, &ds);
	RESULT(msgsnd(id, &m, 64, 0));
	if (fork() == 0) {
		errno = 0;
		say("the blocked sender: %d %s", msgsnd(id, &m, 64, 0), name_of_errno(errno));
		errno = 0;
		say("and again: %d %s", msgsnd(id, &m, 64, 0), name_of_errno(errno));
		_exit(0);
	}
	usleep(50000);
	r = msgrcv(id, &m, 64, 0, 0);
	usleep(50000);
	say("made room: %d", r);
	r = msgctl(id, IPC_RMID, NULL);
	wait(NULL);
	say("removed under a sleeper: %d", r);
}

/* The line of /proc/sysvipc/@file with @id, without its times and pids. */
static void proc_line(const char *file, int id, int columns)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sysvipc/%s", file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		int key, this;

		if (sscanf(line, "%d %d", &key, &this) != 2)
			say("%s: %.*s", file, (int)strcspn(line, "\n"), line);
		else if (this == id)
			say("%s: %.*s", file, columns, line + 22);
	}
	if (f)
		fclose(f);
}

static void proc_files(void)
{
	int sem = semget(IPC_PRIVATE, 7, 0640), msg = msgget(IPC_PRIVATE, 0604);
	struct seminfo si;
	struct msginfo mi;

	send_message(msg, 1, "12345", 0);
	proc_line("sem", sem, 16);
	proc_line("msg", msg, 28);
	ASK(semctl(0, 0, IPC_INFO, (union semun){ .info = &si }) >= 0);
	say("%d %d %d %d %d %d", si.semmni, si.semmns, si.semmsl, si.semopm, si.semvmx, si.semusz);
	ASK(msgctl(0, IPC_INFO, (void *)&mi) >= 0);
	say("%d %d %d", mi.msgmax, mi.msgmnb, mi.msgmni);
	semctl(sem, 0, IPC_RMID);
	msgctl(msg, IPC_RMID, NULL);
}

int main(void)
{
	values();
	keys();
	waits();
	undo();
	messages();
	message_waits();
	proc_files();
	return 0;
}
