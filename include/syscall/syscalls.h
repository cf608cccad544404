/* SPDX-License-Identifier: MIT */
/*
 * Every system call that exists, sorted by folder and name. kernel/syscall/table.c lists the numbers and gives
 * each name a weak fallback (ENOSYS), so a call comes to life by being defined and declared here.
 */
#ifndef SYSCALL_SYSCALLS_H
#define SYSCALL_SYSCALLS_H

#include <syscall/syscall.h>

/* kernel/task */

/* kernel/fs */
SYSCALL(access);
SYSCALL(chdir);
SYSCALL(chmod);
SYSCALL(chown);
SYSCALL(chroot);
SYSCALL(close);
SYSCALL(close_range);
SYSCALL(copy_file_range);
SYSCALL(creat);
SYSCALL(dup);
SYSCALL(dup2);
SYSCALL(dup3);
SYSCALL(faccessat);
SYSCALL(faccessat2);
SYSCALL(fadvise64);
SYSCALL(fallocate);
SYSCALL(fchdir);
SYSCALL(fchmod);
SYSCALL(fchmodat);
SYSCALL(fchmodat2);
SYSCALL(fchown);
SYSCALL(fchownat);
SYSCALL(fcntl);
SYSCALL(fdatasync);
SYSCALL(flock);
SYSCALL(fstat);
SYSCALL(fstatfs);
SYSCALL(fsync);
SYSCALL(ftruncate);
SYSCALL(futimesat);
SYSCALL(getcwd);
SYSCALL(getdents);
SYSCALL(getdents64);
SYSCALL(ioctl);
SYSCALL(lchown);
SYSCALL(link);
SYSCALL(linkat);
SYSCALL(lseek);
SYSCALL(lstat);
SYSCALL(memfd_create);
SYSCALL(mkdir);
SYSCALL(mkdirat);
SYSCALL(mknod);
SYSCALL(mknodat);
SYSCALL(mount);
SYSCALL(newfstatat);
SYSCALL(open);
SYSCALL(openat);
SYSCALL(openat2);
SYSCALL(pipe);
SYSCALL(pipe2);
SYSCALL(poll);
SYSCALL(ppoll);
SYSCALL(pread64);
SYSCALL(preadv);
SYSCALL(preadv2);
SYSCALL(pselect6);
SYSCALL(pwrite64);
SYSCALL(pwritev);
SYSCALL(pwritev2);
SYSCALL(read);
SYSCALL(readahead);
SYSCALL(readlink);
SYSCALL(readlinkat);
SYSCALL(readv);
SYSCALL(rename);
SYSCALL(renameat);
SYSCALL(renameat2);
SYSCALL(rmdir);
SYSCALL(select);
SYSCALL(sendfile);
SYSCALL(splice);
SYSCALL(stat);
SYSCALL(statfs);
SYSCALL(statx);
SYSCALL(symlink);
SYSCALL(symlinkat);
SYSCALL(sync);
SYSCALL(sync_file_range);
SYSCALL(syncfs);
SYSCALL(truncate);
SYSCALL(umask);
SYSCALL(umount2);
SYSCALL(unlink);
SYSCALL(unlinkat);
SYSCALL(utime);
SYSCALL(utimensat);
SYSCALL(utimes);
SYSCALL(write);
SYSCALL(writev);

/* kernel/syscall */
SYSCALL(brk);
SYSCALL(get_mempolicy);
SYSCALL(madvise);
SYSCALL(mbind);
SYSCALL(membarrier);
SYSCALL(migrate_pages);
SYSCALL(mincore);
SYSCALL(mlock);
SYSCALL(mlock2);
SYSCALL(mlockall);
SYSCALL(mmap);
SYSCALL(move_pages);
SYSCALL(mprotect);
SYSCALL(mremap);
SYSCALL(msync);
SYSCALL(munlock);
SYSCALL(munlockall);
SYSCALL(munmap);
SYSCALL(pkey_mprotect);
SYSCALL(process_vm_readv);
SYSCALL(process_vm_writev);
SYSCALL(remap_file_pages);
SYSCALL(set_mempolicy);

#endif
