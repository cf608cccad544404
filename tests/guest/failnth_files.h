/* SPDX-License-Identifier: MIT */
/* failnth.c: names, files, /proc, file locks, mounts. */
#include "failnth.h"

static long open_new(void) { return ret(open(D "new", O_CREAT | O_RDWR, 0644)); }
static void undo_new(long r) { close(r); unlink(D "new"); }
static long open_old(void) { return ret(open(D "sub/../old", O_RDONLY)); }
static long open_dir(void) { return ret(open(D, O_RDONLY | O_DIRECTORY)); }
static long open_ptmx(void) { return ret(open("/dev/ptmx", O_RDWR | O_NOCTTY)); }
static long open_tmpfile(void) { return ret(open(D, O_TMPFILE | O_RDWR, 0600)); }
static long do_stat(void) { struct stat st; return ret(stat(D "old", &st)); }
static long do_statfs(void) { struct statfs st; return ret(statfs(D, &st)); }
static long do_mkdir(void) { return ret(mkdir(D "dir", 0755)); }
static void undo_mkdir(long r) { rmdir(D "dir"); }
static long do_symlink(void) { return ret(symlink("/etc/passwd", D "sym")); }
static long do_long_symlink(void) { return ret(symlink(buf + sizeof(buf) - 900, D "sym")); }
static void undo_symlink(long r) { unlink(D "sym"); }
static long do_link(void) { return ret(link(D "old", D "hard")); }
static void undo_link(long r) { unlink(D "hard"); }
static long do_mknod(void) { return ret(mknod(D "fifo", S_IFIFO | 0600, 0)); }
static void undo_mknod(long r) { unlink(D "fifo"); }
static long do_rename(void) { return ret(rename(D "old", D "sub/renamed")); }
static void undo_rename(long r) { rename(D "sub/renamed", D "old"); }
static long do_unlink(void) { return ret(unlink(D "gone")); }
static void setup_unlink(void) { close(open(D "gone", O_CREAT | O_WRONLY, 0600)); }
static void undo_unlink(long r) { setup_unlink(); }
static void close_gone(void) { unlink(D "gone"); }
static long do_getcwd(void) { return ret(syscall(SYS_getcwd, buf, 4096)); }
static long do_chdir(void) { return ret(chdir(D "sub")); }
static void undo_chdir(long r) { if (chdir("/")) _exit(9); }
static long do_chmod(void) { return ret(chmod(D "old", 0640)); }
static long do_access(void) { return ret(access(D "old", R_OK)); }
static long do_utimens(void) { return ret(utimensat(AT_FDCWD, D "old", NULL, 0)); }
static long do_setxattr(void) { return ret(syscall(SYS_setxattr, D "old", "user.a", "value", 5, 0)); }

static void setup_file(void) { fd = open(D "data", O_CREAT | O_RDWR | O_TRUNC, 0600); }
static void close_file(void) { close(fd); unlink(D "data"); }
static long do_write(void) { return ret(write(fd, buf, 200000)); }
static long do_pwritev(void) { return ret(pwritev(fd, iov, 32, 1L << 30)); }
static void undo_truncate(long r) { if (ftruncate(fd, 0)) _exit(9); lseek(fd, 0, SEEK_SET); }
static long do_fallocate(void) { return ret(fallocate(fd, 0, 0, 300000)); }
static void setup_filled(void)
{
	setup_file();
	if (write(fd, buf, 200000) != 200000) _exit(9);
	fd2 = open(D "to", O_CREAT | O_RDWR, 0600);
	lseek(fd, 0, SEEK_SET);
}
static void close_filled(void) { close_file(); close(fd2); unlink(D "to"); }
static void undo_filled(long r) { lseek(fd, 0, SEEK_SET); lseek(fd2, 0, SEEK_SET); if (ftruncate(fd2, 0)) _exit(9); }
static long do_read(void) { return ret(pread(fd, buf, 100000, 0)); }
static long do_readv(void) { return ret(preadv(fd, iov, 32, 0)); }
static long do_sendfile(void) { return ret(sendfile(fd2, fd, NULL, 150000)); }
static long do_copy_range(void) { return ret(syscall(SYS_copy_file_range, fd, NULL, fd2, NULL, 150000, 0)); }
static long do_punch(void) { return ret(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 50000)); }
static long do_truncate(void) { return ret(ftruncate(fd, 12345)); }
static void undo_ftruncate(long r) { if (pwrite(fd, buf, 200000, 0) != 200000) _exit(9); }
static long do_flock(void) { return ret(flock(fd, LOCK_EX)); }
static void undo_flock(long r) { flock(fd, LOCK_UN); }
static long do_setlk(void) { struct flock l = { .l_type = F_WRLCK, .l_start = 100, .l_len = 10 }; return ret(fcntl(fd, F_SETLK, &l)); }
static void undo_setlk(long r) { struct flock l = { .l_type = F_UNLCK }; fcntl(fd, F_SETLK, &l); }
static void setup_locked(void) { struct flock l = { .l_type = F_WRLCK, .l_len = 1000 }; setup_file(); fcntl(fd, F_SETLK, &l); }
static long do_unlock_middle(void)
{
	struct flock l = { .l_type = F_UNLCK, .l_start = 100, .l_len = 10 };

	return ret(fcntl(fd, F_SETLK, &l));
}
static void undo_unlock(long r) { struct flock l = { .l_type = F_WRLCK, .l_len = 1000 }; fcntl(fd, F_SETLK, &l); }
static long do_ofd_lock(void) { struct flock l = { .l_type = F_RDLCK, .l_start = 5, .l_len = 10 }; return ret(fcntl(fd, F_OFD_SETLK, &l)); }
static void undo_ofd(long r) { struct flock l = { .l_type = F_UNLCK }; fcntl(fd, F_OFD_SETLK, &l); }

static void setup_tmpdir(void) { fd = open(D, O_RDONLY); }
static long do_getdents(void) { lseek(fd, 0, SEEK_SET); return ret(syscall(SYS_getdents64, fd, buf, 32768)); }
static long do_dup_high(void) { return ret(fcntl(0, F_DUPFD, 900)); }

static long do_exchange(void) { return ret(syscall(SYS_renameat2, AT_FDCWD, D "old", AT_FDCWD, D "sub/other", 2)); }
static void setup_other(void) { close(open(D "sub/other", O_CREAT | O_WRONLY, 0600)); }
static void close_other(void) { unlink(D "sub/other"); }
static void undo_exchange(long r) { do_exchange(); }
static long do_rmdir(void) { return ret(rmdir(D "dir")); }
static void setup_rmdir(void) { mkdir(D "dir", 0700); }
static void undo_rmdir(long r) { setup_rmdir(); }
static void close_rmdir(void) { rmdir(D "dir"); }
#define NAME64 "a-name-of-sixty-four-characters-which-does-not-fit-into-a-dentry"
static long do_long_mkdir(void) { return ret(mkdir(D NAME64 NAME64, 0755)); }
static void undo_long_mkdir(long r) { rmdir(D NAME64 NAME64); }
#define DOTS "./././././././././././././././././././././././././././././././././"
static long open_long(void) { return ret(open(D DOTS DOTS DOTS DOTS DOTS "old", O_RDONLY)); }
static long open_missing(void) { return ret(open(D "missing", O_RDONLY)); }
static long open_path(void) { return ret(open(D "old", O_PATH)); }
static long open_again(void) { return ret(open("/proc/self/fd/0", O_RDONLY)); }
static void setup_fifo(void) { mknod(D "fifo", S_IFIFO | 0600, 0); }
static void close_fifo(void) { unlink(D "fifo"); }
static long open_fifo(void) { return ret(open(D "fifo", O_RDWR)); }
static long do_statx(void) { return ret(syscall(SYS_statx, AT_FDCWD, D "old", 0, 0x7ff, buf)); }
static long truncate_path(void) { return ret(truncate(D "data", 12345)); }
static long do_dup3(void) { return ret(dup3(0, 1000, O_CLOEXEC)); }
static long range_unshare(void) { return ret(syscall(SYS_close_range, 900, 1000, 2)); }
static long do_splice_out(void) { return ret(splice(pair[0], NULL, fd, NULL, 3000, 0)); }
static void undo_splice_out(long r) { if (write(pair[1], buf, r) != r) _exit(9); undo_truncate(0); }
static void setup_splice_out(void) { setup_file(); if (pipe(pair) || write(pair[1], buf, 3000) != 3000) _exit(9); }
static void close_splice_out(void) { close_file(); undo_pair(0); }
static long do_writev(void) { return ret(syscall(SYS_pwritev2, fd, iov, 32, 0L, 0L, 0)); }

static void undo_setxattr(long r) { syscall(SYS_fremovexattr, fd, "user.b"); }
static long do_fsetxattr(void) { return ret(syscall(SYS_fsetxattr, fd, "user.b", buf, 3000, 0)); }
static long do_fgetxattr(void) { return ret(syscall(SYS_fgetxattr, fd, "user.b", buf + 65536, 60000)); }
static long do_flistxattr(void) { return ret(syscall(SYS_flistxattr, fd, buf + 65536, 60000)); }
static long do_fremovexattr(void) { return ret(syscall(SYS_fremovexattr, fd, "user.b")); }
static void setup_xattr(void) { setup_file(); do_fsetxattr(); }
static void undo_fremovexattr(long r) { do_fsetxattr(); }

static void undo_setfl(long r) { fcntl(fd, F_SETFL, 0); fcntl(fd, F_SETOWN, 0); }
static long do_setlease(void) { return ret(fcntl(fd, F_SETLEASE, F_RDLCK)); }
static void undo_setlease(long r) { fcntl(fd, F_SETLEASE, F_UNLCK); }
static void setup_lease(void) { setup_file(); close(fd); fd = open(D "data", O_RDONLY); }
static long do_setown(void) { return ret(fcntl(fd, F_SETOWN, getpid())); }
static long do_setsig(void) { return ret(fcntl(fd, F_SETSIG, SIGWINCH)); }
static void setup_async(void) { if (pipe(pair)) _exit(9); fd = pair[0]; }
static void close_async(void) { undo_pair(0); }
static long do_async(void) { return ret(fcntl(fd, F_SETFL, O_ASYNC)); }
static long do_dnotify(void) { return ret(fcntl(fd, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MULTISHOT)); }
static void undo_dnotify(long r) { fcntl(fd, F_NOTIFY, 0); }

static long do_inotify(void) { return ret(inotify_init1(IN_NONBLOCK)); }
static void setup_inotify(void) { fd = inotify_init1(IN_NONBLOCK); }
static long do_watch(void) { return ret(inotify_add_watch(fd, D, IN_ALL_EVENTS)); }
static void undo_watch(long r) { inotify_rm_watch(fd, r); while (read(fd, buf + 65536, 4096) > 0) ; }
static void setup_watched(void) { setup_inotify(); do_watch(); }
static void undo_events(long r) { while (read(fd, buf + 65536, 4096) > 0) ; }
static long create_watched(void) { return ret(open(D "new", O_CREAT | O_RDWR, 0644)); }
static void undo_create_watched(long r) { undo_new(r); undo_events(0); }
static void undo_rename_watched(long r) { undo_rename(r); undo_events(0); }
static long read_events(void) { if (utimensat(AT_FDCWD, D "old", NULL, 0)) return -errno; return ret(read(fd, buf + 65536, 4096)); }

static const struct row file_rows[] = {
	ROW("open a new file", open_new, undo_new, .also = ENOSPC),
	ROW("open", open_old, undo_close),
	ROW("open a directory", open_dir, undo_close),
	ROW("open /dev/ptmx", open_ptmx, undo_close, .also = ENOENT),
	ROW("open O_TMPFILE", open_tmpfile, undo_close, .also = ENOSPC),
	ROW("stat", do_stat),
	ROW("statfs", do_statfs),
	ROW("mkdir", do_mkdir, undo_mkdir, .also = ENOSPC),
	ROW("symlink", do_symlink, undo_symlink, .also = ENOSPC),
	ROW("long symlink", do_long_symlink, undo_symlink, .also = ENOSPC),
	ROW("link", do_link, undo_link, .also = ENOSPC),
	ROW("mknod", do_mknod, undo_mknod, .also = ENOSPC),
	ROW("rename", do_rename, undo_rename, .also = ENOSPC),
	ROW("unlink", do_unlink, undo_unlink, setup_unlink, close_gone),
	ROW("getcwd", do_getcwd),
	ROW("chdir", do_chdir, undo_chdir),
	ROW("chmod", do_chmod),
	ROW("access", do_access),
	ROW("utimensat", do_utimens),
	ROW("setxattr", do_setxattr, .also = EOPNOTSUPP),
	ROW("write", do_write, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("pwritev", do_pwritev, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("fallocate", do_fallocate, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("pread", do_read, NULL, setup_filled, close_filled),
	ROW("preadv", do_readv, NULL, setup_filled, close_filled),
	ROW("sendfile", do_sendfile, undo_filled, setup_filled, close_filled, ENOSPC),
	ROW("copy_file_range", do_copy_range, undo_filled, setup_filled, close_filled, ENOSPC),
	ROW("punch a hole", do_punch, NULL, setup_filled, close_filled),
	ROW("ftruncate", do_truncate, undo_ftruncate, setup_filled, close_filled),
	ROW("flock", do_flock, undo_flock, setup_file, close_file, ENOLCK),
	ROW("F_SETLK", do_setlk, undo_setlk, setup_file, close_file, ENOLCK),
	ROW("F_SETLK: unlock the middle", do_unlock_middle, undo_unlock, setup_locked, close_file, ENOLCK),
	ROW("F_OFD_SETLK", do_ofd_lock, undo_ofd, setup_file, close_file, ENOLCK),
	ROW("getdents", do_getdents, NULL, setup_tmpdir, close_fd),
	ROW("F_DUPFD", do_dup_high, undo_close),
	ROW("open a long path", open_long, undo_close),
	ROW("open what is not there", open_missing, .also = ENOENT),
	ROW("open O_PATH", open_path, undo_close),
	ROW("open /proc/self/fd/0", open_again, undo_close, .also = ENXIO),
	ROW("open a FIFO", open_fifo, undo_close, setup_fifo, close_fifo),
	ROW("statx", do_statx),
	ROW("mkdir of a long name", do_long_mkdir, undo_long_mkdir, .also = ENOSPC),
	ROW("rmdir", do_rmdir, undo_rmdir, setup_rmdir, close_rmdir),
	ROW("renameat2 RENAME_EXCHANGE", do_exchange, undo_exchange, setup_other, close_other),
	ROW("truncate", truncate_path, NULL, setup_filled, close_filled),
	ROW("dup3", do_dup3, undo_close),
	ROW("close_range CLOSE_RANGE_UNSHARE", range_unshare),
	ROW("splice from a pipe", do_splice_out, undo_splice_out, setup_splice_out, close_splice_out, ENOSPC),
	ROW("pwritev2", do_writev, undo_truncate, setup_file, close_file, ENOSPC),
	ROW("fsetxattr", do_fsetxattr, undo_setxattr, setup_file, close_file, ENOSPC),
	ROW("fgetxattr", do_fgetxattr, NULL, setup_xattr, close_file),
	ROW("flistxattr", do_flistxattr, NULL, setup_xattr, close_file),
	ROW("fremovexattr", do_fremovexattr, undo_fremovexattr, setup_xattr, close_file),
	ROW("F_SETLEASE", do_setlease, undo_setlease, setup_lease, close_file),
	ROW("F_SETOWN", do_setown, undo_setfl, setup_async, close_async),
	ROW("F_SETSIG", do_setsig, undo_setfl, setup_async, close_async),
	ROW("F_SETFL O_ASYNC", do_async, undo_setfl, setup_async, close_async),
	ROW("F_NOTIFY", do_dnotify, undo_dnotify, setup_tmpdir, close_fd),
	ROW("inotify_init1", do_inotify, undo_close, .also = EMFILE),
	ROW("inotify_add_watch", do_watch, undo_watch, setup_inotify, close_fd, ENOSPC),
	ROW("open a new file, watched", create_watched, undo_create_watched, setup_watched, close_fd, ENOSPC),
	ROW("rename, watched", do_rename, undo_rename_watched, setup_watched, close_fd, ENOSPC),
	ROW("read of inotify's events", read_events, undo_events, setup_watched, close_fd, EAGAIN),
};
