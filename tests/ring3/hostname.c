/* SPDX-License-Identifier: MIT */
/* The machine's names by /proc/sys/kernel. As root. */
#include "t.h"
#include <sched.h>
#include <sys/utsname.h>

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	long n = fd < 0 ? -1 : write(fd, text, strlen(text));

	say("%s: %ld %s", path, n, n < 0 ? name_of_errno(errno) : "");
	close(fd);
}

int main(void)
{
	struct utsname before, u;

	unshare(CLONE_NEWUTS);  /* the host's own name stays as it is; Atlas has one */
	uname(&before);
	put("/proc/sys/kernel/hostname", "first\nsecond");
	put("/proc/sys/kernel/domainname", "domain");
	uname(&u);
	say("%s %s", u.nodename, u.domainname);
	if (fork() == 0) {
		if (setuid(1000) == 0)
			put("/proc/sys/kernel/hostname", "other");
		_exit(0);
	}
	wait(NULL);
	if (sethostname(before.nodename, strlen(before.nodename)) || setdomainname(before.domainname, strlen(before.domainname)))
		say("not restored");
	return 0;
}
