/* SPDX-License-Identifier: MIT */
/* prctl(2), arch_prctl(2), personality(2), capget(2), reboot(2), getrandom(2), membarrier(2), kcmp(2), rseq(2). */
#ifndef UAPI_PRCTL_H
#define UAPI_PRCTL_H

#include <lib/compiler.h>
#include <lib/types.h>

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2
#define PR_GET_DUMPABLE  3
#define PR_SET_DUMPABLE  4
#define PR_GET_KEEPCAPS  7
#define PR_SET_KEEPCAPS  8
#define PR_GET_TIMING    13
#define PR_SET_TIMING    14
#define PR_SET_NAME      15
#define PR_GET_NAME      16
#define PR_GET_SECCOMP   21
#define PR_SET_SECCOMP   22
#define PR_CAPBSET_READ  23
#define PR_CAPBSET_DROP  24
#define PR_GET_TSC       25
#define PR_SET_TSC       26
#define PR_TSC_ENABLE    1
#define PR_TSC_SIGSEGV   2
#define PR_GET_SECUREBITS 27
#define PR_SET_SECUREBITS 28
#define SECBIT_NOROOT             0x01u /* each has its lock one bit to the left */
#define SECBIT_NO_SETUID_FIXUP    0x04u
#define SECBIT_KEEP_CAPS          0x10u
#define SECBIT_NO_AMBIENT_RAISE   0x40u
#define SECBITS_ALL               0x55u
#define PR_SET_TIMERSLACK 29
#define PR_GET_TIMERSLACK 30
#define PR_SET_MM        35
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#define PR_GET_TID_ADDRESS 40
#define PR_SET_THP_DISABLE 41
#define PR_GET_THP_DISABLE 42
#define PR_CAP_AMBIENT   47
#define PR_SET_VMA       0x53564d41
#define PR_SET_VMA_ANON_NAME 0

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004
#define ARCH_GET_CPUID 0x1011
#define ARCH_SET_CPUID 0x1012

#define PER_MASK           0x00ff
#define UNAME26            0x0020000
#define ADDR_NO_RANDOMIZE  0x0040000
#define STICKY_TIMEOUTS    0x4000000
#define READ_IMPLIES_EXEC  0x0400000
#define ADDR_COMPAT_LAYOUT 0x0200000

#define LINUX_CAPABILITY_VERSION_1 0x19980330
#define LINUX_CAPABILITY_VERSION_2 0x20071026
#define LINUX_CAPABILITY_VERSION_3 0x20080522
struct cap_header_abi { u32 version; s32 pid; };
struct cap_data_abi { u32 effective, permitted, inheritable; };
static_assert(sizeof(struct cap_data_abi) == 12);
#define CAP_CHOWN            0
#define CAP_DAC_OVERRIDE     1
#define CAP_DAC_READ_SEARCH  2
#define CAP_FOWNER           3
#define CAP_FSETID           4
#define CAP_KILL             5
#define CAP_SETGID           6
#define CAP_SETUID           7
#define CAP_SETPCAP          8
#define CAP_LINUX_IMMUTABLE  9
#define CAP_NET_ADMIN        12
#define CAP_IPC_LOCK         14
#define CAP_IPC_OWNER        15
#define CAP_SYS_RAWIO        17
#define CAP_SYS_CHROOT       18
#define CAP_SYS_PTRACE       19
#define CAP_SYS_PACCT        20
#define CAP_SYS_ADMIN        21
#define CAP_SYS_BOOT         22
#define CAP_SYS_NICE         23
#define CAP_SYS_RESOURCE     24
#define CAP_SYS_TIME         25
#define CAP_SYS_TTY_CONFIG   26
#define CAP_MKNOD            27
#define CAP_LEASE            28
#define CAP_SYSLOG           34
#define CAP_SETFCAP          31
#define CAP_CHECKPOINT_RESTORE 40
#define CAP_LAST_CAP         40
/* Rights on files: they come and go with the file-system user id (setfsuid). */
#define CAP_FS_SET           (1UL << CAP_CHOWN | 1UL << CAP_DAC_OVERRIDE | 1UL << CAP_DAC_READ_SEARCH | 1UL << CAP_FOWNER | 1UL << CAP_FSETID | \
			      1UL << CAP_LINUX_IMMUTABLE | 1UL << CAP_MKNOD | 1UL << 32)
#define CAP_FULL_SET         ((1UL << (CAP_LAST_CAP + 1)) - 1)

#define LINUX_REBOOT_MAGIC1  0xfee1deadu
#define LINUX_REBOOT_MAGIC2  672274793u
#define LINUX_REBOOT_MAGIC2A 85072278u
#define LINUX_REBOOT_MAGIC2B 369367448u
#define LINUX_REBOOT_MAGIC2C 537993216u
#define LINUX_REBOOT_CMD_RESTART   0x01234567u
#define LINUX_REBOOT_CMD_HALT      0xcdef0123u
#define LINUX_REBOOT_CMD_CAD_ON    0x89abcdefu
#define LINUX_REBOOT_CMD_CAD_OFF   0x00000000u
#define LINUX_REBOOT_CMD_POWER_OFF 0x4321fedcu
#define LINUX_REBOOT_CMD_RESTART2  0xa1b2c3d4u

#define GRND_NONBLOCK 1u
#define GRND_RANDOM   2u
#define GRND_INSECURE 4u

#define MEMBARRIER_CMD_QUERY                                0
#define MEMBARRIER_CMD_GLOBAL                               0x001
#define MEMBARRIER_CMD_GLOBAL_EXPEDITED                     0x002
#define MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED            0x004
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED                    0x008
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED           0x010
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE          0x020
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 0x040
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ               0x080
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ      0x100
#define MEMBARRIER_CMD_FLAG_CPU                             1

enum { KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_EPOLL_TFD };

#define RSEQ_FLAG_UNREGISTER 1
struct rseq_abi {
	u32 cpu_id_start, cpu_id;
	u64 rseq_cs;
	u32 flags, node_id, mm_cid;
	u32 pad;
};
static_assert(sizeof(struct rseq_abi) == 32);
struct rseq_cs_abi {
	u32 version, flags;
	u64 start_ip, post_commit_offset, abort_ip;
};
static_assert(sizeof(struct rseq_cs_abi) == 32);

#endif
