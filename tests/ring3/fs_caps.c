/* SPDX-License-Identifier: MIT */
/* Rights on files by single capability, capabilities(7). As root. */
#include "t.h"
#include <sys/fsuid.h>
#include <utime.h>

#define DIR_ "/tmp/atlas.caps"

/* linux/capability.h: musl has no copy. */
enum { CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_SYS_ADMIN = 21, CAP_MKNOD = 27 };
struct cap_header { uint32_t version; int pid; };
struct cap_data { uint32_t effective, permitted, inheritable; };

static void keep_only(uint64_t caps)
{
	struct cap_header h = { 0x20080522, 0 };
	struct cap_data d[2] = { { caps, caps, 0 }, { caps >> 32, caps >> 32, 0 } };

	if (syscall(SYS_capset, &h, d))
		say("capset: %s", name_of_errno(errno));
}

/* Root's user id and nothing but @caps; the files are those of user 1000, who lets nobody in. */
static void with(const char *name, uint64_t caps)
{
	int status;

	if (fork()) {
		wait(&status);
		return;
	}
	keep_only(caps);
	say("-- %s", name);
	WORKS(open(DIR_ "/secret", O_RDONLY));
	WORKS(open(DIR_ "/secret", O_WRONLY));
	WORKS(open(DIR_ "/closed", O_RDONLY | O_DIRECTORY));
	WORKS(access(DIR_ "/closed/in", F_OK));
	WORKS(open(DIR_ "/closed/new", O_CREAT | O_RDWR, 0600));
	WORKS(chmod(DIR_ "/open", 0644));
	WORKS(utime(DIR_ "/open", &(struct utimbuf){ 1, 1 }));
	WORKS(open(DIR_ "/open", O_RDONLY | O_NOATIME));
	WORKS(chown(DIR_ "/open", 2000, -1));
	WORKS(chown(DIR_ "/open", -1, 2000));
	WORKS(access(DIR_ "/open", X_OK));
	WORKS(faccessat(AT_FDCWD, DIR_ "/prog", X_OK, AT_EACCESS));
	WORKS(mknod(DIR_ "/open.dev", S_IFCHR | 0600, 0x103));
	WORKS(unlink(DIR_ "/sticky/theirs"));
	_exit(0);
}

static void make(void)
{
	int fd;

	mkdir(DIR_, 0777);
	chmod(DIR_, 0777);
	close(open(DIR_ "/secret", O_CREAT | O_WRONLY, 0600));
	close(open(DIR_ "/open", O_CREAT | O_WRONLY, 0644));
	close(open(DIR_ "/prog", O_CREAT | O_WRONLY, 0700));
	chown(DIR_ "/secret", 1000, 1000), chown(DIR_ "/open", 1000, 1000), chown(DIR_ "/prog", 1000, 1000);
	mkdir(DIR_ "/closed", 0700);
	close(open(DIR_ "/closed/in", O_CREAT | O_WRONLY, 0600));
	chown(DIR_ "/closed", 1000, 1000);
	mkdir(DIR_ "/sticky", 01777);
	chmod(DIR_ "/sticky", 01777);
	fd = open(DIR_ "/sticky/theirs", O_CREAT | O_WRONLY, 0600);
	fchown(fd, 1000, 1000);
	close(fd);
	chown(DIR_ "/sticky", 1001, 1001);
}

static void clean(void)
{
	unlink(DIR_ "/closed/in"), unlink(DIR_ "/closed/new"), rmdir(DIR_ "/closed"), unlink(DIR_ "/sticky/theirs"), rmdir(DIR_ "/sticky");
	unlink(DIR_ "/open.dev"), unlink(DIR_ "/secret"), unlink(DIR_ "/open"), unlink(DIR_ "/prog");
	rmdir(DIR_);
}

int main(void)
{
	static const struct { const char *name; uint64_t caps; } rows[] = {
		{ "none", 0 }, { "dac_override", 1 << CAP_DAC_OVERRIDE }, { "dac_read_search", 1 << CAP_DAC_READ_SEARCH }, { "fowner", 1 << CAP_FOWNER },
		{ "chown", 1 << CAP_CHOWN }, { "mknod", 1 << CAP_MKNOD }, { "sys_admin", 1 << CAP_SYS_ADMIN },
	};

	umask(022);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		make();
		with(rows[i].name, rows[i].caps);
		clean();
	}
	make();
	setfsuid(1001);
	WORKS(open(DIR_ "/secret", O_RDONLY));
	setfsuid(0);
	WORKS(open(DIR_ "/secret", O_RDONLY));
	clean();
	return 0;
}
