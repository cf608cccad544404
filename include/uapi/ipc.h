/* SPDX-License-Identifier: MIT */
/* System V IPC: numbers and structures of the Linux x86-64 ABI (sysvipc(7), shmctl(2), semctl(2), msgctl(2)). */
#ifndef UAPI_IPC_H
#define UAPI_IPC_H

#include <lib/compiler.h>
#include <lib/types.h>

#define IPC_PRIVATE 0
#define IPC_CREAT  01000
#define IPC_EXCL   02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET  1
#define IPC_STAT 2
#define IPC_INFO 3

#define SHM_HUGETLB   04000
#define SHM_NORESERVE 010000
#define SHM_RDONLY    010000
#define SHM_RND       020000
#define SHM_REMAP     040000
#define SHM_EXEC      0100000
#define SHM_LOCK   11
#define SHM_UNLOCK 12
#define SHM_STAT   13
#define SHM_INFO   14
#define SHM_STAT_ANY 15
#define SHM_DEST   01000        /* in shm_perm.mode: goes with the last detach */
#define SHM_LOCKED 02000

struct ipc64_perm_abi {
	s32 key;
	u32 uid, gid, cuid, cgid, mode;
	u16 seq, pad2;
	u32 pad3;
	u64 unused1, unused2;
};
static_assert(sizeof(struct ipc64_perm_abi) == 48);

struct shmid64_ds_abi {
	struct ipc64_perm_abi shm_perm;
	u64 shm_segsz;
	s64 shm_atime, shm_dtime, shm_ctime;
	s32 shm_cpid, shm_lpid;
	u64 shm_nattch, unused4, unused5;
};
static_assert(sizeof(struct shmid64_ds_abi) == 112);

struct shminfo64_abi {
	u64 shmmax, shmmin, shmmni, shmseg, shmall, unused[4];
};
static_assert(sizeof(struct shminfo64_abi) == 72);

struct shm_info_abi {
	s32 used_ids, pad;
	u64 shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes;
};
static_assert(sizeof(struct shm_info_abi) == 48);

#define SEM_UNDO 0x1000         /* sem_flg */
#define GETPID  11
#define GETVAL  12
#define GETALL  13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL  16
#define SETALL  17
#define SEM_STAT 18
#define SEM_INFO 19
#define SEM_STAT_ANY 20

struct sembuf_abi { u16 sem_num; s16 sem_op, sem_flg; };
static_assert(sizeof(struct sembuf_abi) == 6);

struct semid64_ds_abi {
	struct ipc64_perm_abi sem_perm;
	s64 sem_otime, unused1, sem_ctime, unused2;
	u64 sem_nsems, unused3, unused4;
};
static_assert(sizeof(struct semid64_ds_abi) == 104);

struct seminfo_abi { s32 semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz, semvmx, semaem; };
static_assert(sizeof(struct seminfo_abi) == 40);

#define MSG_NOERROR 010000      /* a message that is too long is cut */
#define MSG_EXCEPT  020000      /* any type but this one */
#define MSG_COPY    040000      /* a copy of the n-th, which stays */
#define MSG_STAT 11
#define MSG_INFO 12
#define MSG_STAT_ANY 13

struct msqid64_ds_abi {
	struct ipc64_perm_abi msg_perm;
	s64 msg_stime, msg_rtime, msg_ctime;
	u64 msg_cbytes, msg_qnum, msg_qbytes;
	s32 msg_lspid, msg_lrpid;
	u64 unused4, unused5;
};
static_assert(sizeof(struct msqid64_ds_abi) == 120);

struct msginfo_abi { s32 msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql; u16 msgseg; };
static_assert(sizeof(struct msginfo_abi) == 32);

#endif
