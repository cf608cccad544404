/* SPDX-License-Identifier: MIT */
/* Supplementary groups up to their limit, securebits and what they change, the host's names in /proc/sys. */
#include "t.h"
#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#define MANY 65536
#define NOROOT 1
#define NO_SETUID_FIXUP 4
#define KEEP_CAPS 0x10
#define NO_AMBIENT_RAISE 0x40
#define LOCKED(bit) ((bit) << 1)

static unsigned int list[MANY + 1], back[MANY + 1];

static long set(long n) { return syscall(SYS_setgroups, n, list); }
static long get(long n) { return syscall(SYS_getgroups, n, back); }

static void groups(void)
{
	int wrong = 0;
	FILE *f;
	char line[64];

	RESULT(set(0));
	RESULT(get(0));
	for (int i = 0; i <= MANY; i++)
		list[i] = (unsigned int)(MANY - i) * 3 + 100;
	RESULT(set(MANY + 1));
	RESULT(set(-1));
	RESULT(syscall(SYS_setgroups, 5, 8));
	RESULT(set(MANY));
	RESULT(get(0));
	RESULT(get(MANY - 1));
	RESULT(get(-1));
	RESULT(syscall(SYS_getgroups, MANY, 8));
	RESULT(get(MANY + 1));
	for (int i = 0; i < MANY; i++)
		wrong += back[i] != list[MANY - 1 - i];
	say("sorted: %d wrong", wrong);
	CHILD("inherits", {
		RESULT(get(0));
		list[0] = 7;
		list[1] = 7;
		list[2] = 5;
		RESULT(set(3));
		RESULT(get(3));
		say("%u %u %u", back[0], back[1], back[2]);
	});
	RESULT(get(0));
	close(open("group_file", O_CREAT | O_WRONLY, 0600));
	chmod("group_file", 0040);
	CHILD("another's file", {
		if (chown("group_file", 0, 30001 * 3 + 100) || setregid(1000, 1000) || setreuid(1000, 1000))
			say("%s", name_of_errno(errno));
		ASK(open("group_file", O_RDONLY) >= 0);
		RESULT(open("group_file", O_WRONLY));
	});
	chown("group_file", 0, 30001 * 3 + 101);
	CHILD("no group of mine", {
		setregid(1000, 1000);
		setreuid(1000, 1000);
		RESULT(open("group_file", O_RDONLY));
		RESULT(set(1));
	});
	unlink("group_file");
	f = fopen("/proc/sys/kernel/ngroups_max", "r");
	say("ngroups_max %s", fgets(line, sizeof(line), f));
	fclose(f);
	RESULT(set(0));
}

/* Of the current process: effective has CHOWN, effective has KILL, permitted has KILL, ambient has KILL. */
static void caps(const char *what)
{
	unsigned long long eff = 0, perm = 0, amb = 0;
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];

	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "CapEff: %llx", &eff);
		sscanf(line, "CapPrm: %llx", &perm);
		sscanf(line, "CapAmb: %llx", &amb);
	}
	fclose(f);
	say("%s: chown %d kill %d, may kill %d, ambient %d", what, (int)eff & 1, (int)(eff >> 5 & 1), (int)(perm >> 5 & 1), (int)(amb >> 5 & 1));
}

static void again(const char *what)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "creds", what, NULL);
		_exit(9);
	}
	waitpid(pid, NULL, 0);
}

static void securebits(void)
{
	RESULT(prctl(PR_GET_SECUREBITS));
	RESULT(prctl(PR_SET_SECUREBITS, 0x10000));
	CHILD("plain", {
		setuid(1000);
		caps("left root");
		RESULT(prctl(PR_SET_SECUREBITS, NOROOT));
	});
	CHILD("keep caps", {
		RESULT(prctl(PR_SET_KEEPCAPS, 1));
		RESULT(prctl(PR_GET_SECUREBITS));
		setuid(1000);
		caps("left root");
		RESULT(prctl(PR_SET_KEEPCAPS, 0));
		RESULT(prctl(PR_GET_KEEPCAPS));
	});
	CHILD("keep caps, locked", {
		RESULT(prctl(PR_SET_SECUREBITS, LOCKED(KEEP_CAPS)));
		RESULT(prctl(PR_SET_KEEPCAPS, 1));
		RESULT(prctl(PR_SET_SECUREBITS, 0));
		RESULT(prctl(PR_SET_SECUREBITS, LOCKED(KEEP_CAPS) | KEEP_CAPS));
		RESULT(prctl(PR_SET_SECUREBITS, LOCKED(KEEP_CAPS) | NOROOT));
		RESULT(prctl(PR_GET_SECUREBITS));
	});
	CHILD("no fixup", {
		RESULT(prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP));
		setresuid(1000, 1000, 0);
		caps("left root");
	});
	CHILD("fsuid", {
		setfsuid(1000);
		caps("fsuid 1000");
		setfsuid(0);
		caps("fsuid 0");
		prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP);
		setfsuid(1000);
		caps("no fixup");
	});
	again("root");
	CHILD("no root", {
		RESULT(prctl(PR_SET_SECUREBITS, NOROOT));
		caps("before exec");
		again("noroot");
	});
	CHILD("no raise", {
		prctl(PR_SET_SECUREBITS, NO_AMBIENT_RAISE);
		RESULT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5, 0, 0));
	});
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		say("%s: %s", path, name_of_errno(errno));
	close(fd);
}

static void host_names(void)
{
	struct utsname u;
	char line[128] = "";
	int fd;

	unshare(CLONE_NEWUTS);          /* where there are such: not the machine's own */
	put("/proc/sys/kernel/hostname", "short\n");
	put("/proc/sys/kernel/domainname", "a.domain.of.names\nmore");
	uname(&u);
	say("%s %s", u.nodename, u.domainname);
	RESULT(sethostname("other", 5));
	fd = open("/proc/sys/kernel/hostname", O_RDONLY);
	say("%ld %s", (long)read(fd, line, sizeof(line) - 1), line);
	close(fd);
	RESULT(sethostname("x", 65));
}

/* A set-id program gives no rights to who shares root and working directory with somebody else. */
static int set_id_child(void *name)
{
	char *argv[] = { "set-id", NULL };

	setresuid(1000, 1000, 1000);
	execv(name, argv);
	_exit(98);
}

static void set_id(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	char name[] = "/tmp/set-id.XXXXXX", buf[4096];
	int in = open("/proc/self/exe", O_RDONLY), out = mkstemp(name), status;
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, (size_t)n);
	fchmod(out, 04755);
	close(in), close(out);
	for (int shared = 0; shared < 2; shared++) {
		waitpid(clone(set_id_child, stack + sizeof(stack), SIGCHLD | (shared ? CLONE_FS : 0), name), &status, 0);
		say_status(shared ? "set-id program, CLONE_FS: effective user" : "set-id program: effective user", status);
	}
	unlink(name);
}

int main(int argc, char **argv)
{
	if (!strcmp(argv[0], "set-id"))
		return geteuid() ? 2 : 1;
	if (argc > 1) {
		caps(argv[1]);
		return 0;
	}
	groups();
	securebits();
	set_id();
	host_names();
	return 0;
}
