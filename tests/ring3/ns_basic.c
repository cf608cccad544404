/* SPDX-License-Identifier: MIT */
/* Name spaces of which each is easily told from another: UTS, IPC, network; their files; setns. As root. */
#include "t.h"
#include <mqueue.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>

#define NS_GET_USERNS _IO(0xb7, 1)
#define NS_GET_PARENT _IO(0xb7, 2)
#define NS_GET_NSTYPE _IO(0xb7, 3)
#define NS_GET_OWNER_UID _IO(0xb7, 4)

static const char *host(void)
{
	static struct utsname u;

	uname(&u);
	return u.nodename;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void files(void)
{
	char text[64], want[64];
	ino_t own = inode_of("/proc/self/ns/uts"), other;
	ssize_t n = readlink("/proc/self/ns/uts", text, sizeof(text) - 1);
	int fd, user;
	unsigned int uid = 7;

	text[n < 0 ? 0 : n] = 0;
	snprintf(want, sizeof(want), "uts:[%lu]", (unsigned long)own);
	ASK(!strcmp(text, want));
	ASK(own == inode_of("/proc/thread-self/ns/uts"));
	fd = open("/proc/self/ns/uts", O_RDONLY);
	ASK(fd >= 0);
	RESULT(unshare(CLONE_NEWUTS));
	other = inode_of("/proc/self/ns/uts");
	ASK(own != other);
	RESULT(ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWUTS);
	RESULT(ioctl(fd, NS_GET_PARENT));
	RESULT(ioctl(fd, NS_GET_OWNER_UID, &uid));
	RESULT(ioctl(fd, 0x1234));
	user = ioctl(fd, NS_GET_USERNS);
	ASK(user >= 0);
	RESULT(ioctl(user, NS_GET_OWNER_UID, &uid));
	say("uid %u", uid);
	RESULT(ioctl(user, NS_GET_NSTYPE) == CLONE_NEWUSER);
	close(user);
	RESULT(setns(fd, CLONE_NEWIPC));
	RESULT(setns(fd, CLONE_NEWUTS));
	ASK(own == inode_of("/proc/self/ns/uts"));
	RESULT(setns(0x7fff, 0));
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	RESULT(setns(fd, 0));
	close(fd);
	RESULT(open("/proc/self/ns/none", O_RDONLY));
}

static void uts(void)
{
	char before[65];

	strcpy(before, host());
	RESULT(unshare(CLONE_NEWUTS));
	RESULT(sethostname("inner", 5));
	CHILD("child", say("%s", host()));
	CHILD("child's own", (unshare(CLONE_NEWUTS), sethostname("deep", 4), say("%s", host())));
	say("%s", host());
	ASK(strcmp(before, host()));
}

static int child_by_clone(void *arg)
{
	say("clone: %s", host());
	sethostname("cloned", 6);
	say("clone: %s", host());
	return 0;
}

static void by_clone(void)
{
	static char stack[65536];
	int status;
	pid_t pid = clone(child_by_clone, stack + sizeof(stack), CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | SIGCHLD, NULL);

	waitpid(pid, &status, 0);
	say_status("clone", status);
	say("%s", host());
	RESULT(clone(child_by_clone, stack + sizeof(stack), CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, NULL));
}

static void ipc(void)
{
	int outer = shmget(IPC_PRIVATE, 4096, 0600), sem = semget(IPC_PRIVATE, 1, 0600), inner;
	struct sembuf up = { 0, 5, SEM_UNDO };
	struct shmid_ds ds;
	char *p;

	RESULT(semop(sem, &up, 1));
	RESULT(unshare(CLONE_NEWIPC));  /* what was to be undone is */
	RESULT(shmctl(outer, IPC_STAT, &ds));
	RESULT(semctl(sem, 0, GETVAL));
	inner = shmget(77, 8192, IPC_CREAT | 0600);
	say("first id of its own: %d", inner);
	p = shmat(inner, NULL, 0);
	p[4096] = 5;
	RESULT(msgget(78, IPC_CREAT | 0600));
	RESULT(semget(79, 3, IPC_CREAT | 0600));
	CHILD("child in another", {
		RESULT(unshare(CLONE_NEWIPC));
		RESULT(shmget(77, 8192, 0600));
		RESULT(shmget(80, 4096, IPC_CREAT | 0600));
		say("still mapped: %d", p[4096]);
	});
	RESULT(shmget(77, 8192, 0600));
	RESULT(shmget(80, 4096, 0600));
}

static void queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 3, .mq_msgsize = 10 };
	char buf[16];
	mqd_t q;

	RESULT(unshare(CLONE_NEWIPC));
	q = mq_open("/ns_basic", O_CREAT | O_RDWR, 0600, &attr);
	RESULT(mq_send(q, "hi", 2, 0));
	CHILD("child in another", {
		unshare(CLONE_NEWIPC);
		RESULT(mq_open("/ns_basic", O_RDWR));
		RESULT(mq_receive(q, buf, sizeof(buf), NULL));
		RESULT(mq_unlink("/ns_basic"));
	});
	RESULT(unshare(CLONE_NEWIPC));  /* the first one goes; the descriptor stays */
	RESULT(mq_send(q, "ho", 2, 0));
	RESULT(mq_receive(q, buf, sizeof(buf), NULL));
	RESULT(mq_unlink("/ns_basic"));
}

static int abstract(int how)
{
	struct sockaddr_un un = { AF_UNIX, "\0ns_basic" };
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 9;

	return how ? connect(s, (void *)&un, len) : bind(s, (void *)&un, len);
}

static void net(void)
{
	int home = open("/proc/self/ns/net", O_RDONLY);

	RESULT(abstract(0));
	RESULT(abstract(0));
	RESULT(unshare(CLONE_NEWNET));
	RESULT(abstract(1));
	RESULT(abstract(0));
	RESULT(abstract(1));
	RESULT(setns(home, 0));
	RESULT(abstract(1));
}

static void by_pidfd(void)
{
	int ready[2], end[2], pfd;
	char c;
	pid_t pid;

	if (pipe(ready) || pipe(end))
		return;
	pid = fork();
	if (pid == 0) {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		sethostname("there", 5);
		shmget(5, 4096, IPC_CREAT | 0600);
		c = write(ready[1], "x", 1);
		close(end[1]);
		c = read(end[0], &c, 1);
		_exit(0);
	}
	c = read(ready[0], &c, 1);
	pfd = syscall(SYS_pidfd_open, pid, 0);
	RESULT(setns(pfd, 0));
	RESULT(setns(pfd, CLONE_NEWUTS | CLONE_FS));
	RESULT(setns(pfd, CLONE_NEWUTS | CLONE_NEWIPC));
	say("%s", host());
	RESULT(shmget(5, 4096, 0600));
	close(end[1]);
	waitpid(pid, NULL, 0);
	RESULT(setns(pfd, CLONE_NEWUTS));
}

static void bound(void)
{
	int fd = open("/tmp/ns_basic.mnt", O_CREAT | O_RDWR, 0600);

	close(fd);
	if (unshare(CLONE_NEWUTS) || sethostname("kept", 4))
		return;
	RESULT(mount("/proc/self/ns/uts", "/tmp/ns_basic.mnt", NULL, MS_BIND, NULL));
	ASK(inode_of("/tmp/ns_basic.mnt") == inode_of("/proc/self/ns/uts"));
	unshare(CLONE_NEWUTS);
	sethostname("gone", 4);
	fd = open("/tmp/ns_basic.mnt", O_RDONLY);
	RESULT(setns(fd, CLONE_NEWUTS));
	say("%s", host());
	close(fd);
	RESULT(umount("/tmp/ns_basic.mnt"));
	unlink("/tmp/ns_basic.mnt");
}

static void unprivileged(void)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);

	if (setuid(1000))
		return;
	RESULT(unshare(CLONE_NEWUTS));
	RESULT(unshare(CLONE_NEWIPC));
	RESULT(unshare(CLONE_NEWNET));
	RESULT(setns(fd, CLONE_NEWUTS));
	RESULT(unshare(0x40));
}

int main(void)
{
	if (unshare(CLONE_NEWUTS) || sethostname("outer", 5))
		return 1;
	CHILD("files", files());
	CHILD("uts", uts());
	CHILD("clone", by_clone());
	CHILD("ipc", ipc());
	CHILD("queues", queues());
	CHILD("net", net());
	CHILD("pidfd", by_pidfd());
	CHILD("bound", bound());
	CHILD("unprivileged", unprivileged());
	return 0;
}
