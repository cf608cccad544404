// SPDX-License-Identifier: MIT
/* System V shared memory: get, attach, share over fork, detach, remove; counts and errors. */
#include "t.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static long attached(int id)
{
	struct shmid_ds ds;

	return shmctl(id, IPC_STAT, &ds) ? -1 : (long)ds.shm_nattch;
}

/* remap_file_pages(2) maps a segment anew: one that is removed goes with its last mapping. */
static void remapped(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, IPC_CREAT | 0600);
	char *p = shmat(id, NULL, 0), *q = shmat(id, NULL, 0);

	p[PAGE] = 'x';
	RESULT(syscall(SYS_remap_file_pages, p, 2 * PAGE, 0, 0, 0));
	RESULT(shmctl(id, IPC_RMID, NULL));
	RESULT(syscall(SYS_remap_file_pages, p, 2 * PAGE, 0, 0, 0));
	ASK(p[PAGE] == 'x');
	RESULT(shmdt(q));
	RESULT(syscall(SYS_remap_file_pages, p, 2 * PAGE, 0, 0, 0));
	FAULT("gone", p, (void)*(volatile char *)p);
}

int main(void)
{
	struct shmid_ds ds;
	char *p, *q;
	int id = shmget(IPC_PRIVATE, 3 * PAGE + 5, IPC_CREAT | 0600), other;
	key_t key = 0x41746c61 + getpid();

	catch_signal(SIGSEGV);
	ASK(id >= 0);
	p = shmat(id, NULL, 0);
	ASK(p != (void *)-1);
	ASK(attached(id) == 1);
	strcpy(p + PAGE, "hello");
	q = shmat(id, NULL, SHM_RDONLY);
	ASK(strcmp(q + PAGE, "hello") == 0);
	FAULT("write through the read-only one", q, *(volatile char *)q = 1);
	RESULT(mprotect(q, PAGE, RW));
	CHILD("child writes", { ASK(attached(id) == 4); strcpy(p, "child"); });
	ASK(strcmp(q, "child") == 0 && attached(id) == 2);
	RESULT(shmctl(id, IPC_STAT, &ds));
	ASK(ds.shm_segsz == 3 * PAGE + 5 && ds.shm_perm.mode == 0600 && ds.shm_cpid == getpid());
	RESULT(shmdt(q));
	RESULT(shmdt(q));
	RESULT(shmdt(p + 1));
	WORKS(shmat(id, p, 0)); /* taken */
	WORKS(shmat(id, p + 7, 0));
	ASK(shmat(id, p, SHM_REMAP) == p);
	RESULT(shmctl(id, IPC_RMID, NULL));
	ASK(p[PAGE] == 'h'); /* alive until the last detach */
	RESULT(shmctl(id, IPC_STAT, &ds));
	ASK((ds.shm_perm.mode & 01000) != 0);
	RESULT(shmdt(p));
	RESULT(shmctl(id, IPC_STAT, &ds));
	WORKS(shmat(id, NULL, 0));

	id = shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600);
	ASK(id >= 0);
	WORKS(shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600));
	other = shmget(key, 10, 0);
	ASK(other == id);
	WORKS(shmget(key, 2 * PAGE, 0));
	WORKS(shmget(key + 1, PAGE, 0));
	WORKS(shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
	RESULT(shmctl(id, 99, &ds));
	RESULT(shmctl(-1, IPC_STAT, &ds));
	RESULT(shmctl(id, IPC_STAT, (void *)1));
	RESULT(shmctl(id, IPC_RMID, NULL));
	WORKS(shmget(key, PAGE, 0));
	remapped();
	return 0;
}
