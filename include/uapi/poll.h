/* SPDX-License-Identifier: MIT */
/* poll(2), epoll(7), eventfd(2): Linux x86-64 ABI. */
#ifndef UAPI_POLL_H
#define UAPI_POLL_H

#include <lib/compiler.h>
#include <lib/types.h>

#define POLLIN 0x1
#define POLLPRI 0x2
#define POLLOUT 0x4
#define POLLERR 0x8
#define POLLHUP 0x10
#define POLLNVAL 0x20
#define POLLRDNORM 0x40
#define POLLRDBAND 0x80
#define POLLWRNORM 0x100
#define POLLWRBAND 0x200
#define POLLMSG 0x400
#define POLLRDHUP 0x2000

struct pollfd_abi {
	s32 fd;
	s16 events, revents;
};
static_assert(sizeof(struct pollfd_abi) == 8);

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)
#define EPOLLEXCLUSIVE_OK (POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE) /* what goes with it */

struct epoll_event_abi {
	u32 events;
	u64 data;
} __packed;
static_assert(sizeof(struct epoll_event_abi) == 12);

#define EFD_SEMAPHORE 1

#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2

struct signalfd_siginfo_abi {
	u32 ssi_signo;
	s32 ssi_errno, ssi_code;
	u32 ssi_pid, ssi_uid;
	s32 ssi_fd;
	u32 ssi_tid, ssi_band, ssi_overrun, ssi_trapno;
	s32 ssi_status, ssi_int;
	u64 ssi_ptr, ssi_utime, ssi_stime, ssi_addr;
	u16 ssi_addr_lsb, pad2;
	s32 ssi_syscall;
	u64 ssi_call_addr;
	u32 ssi_arch;
	u8 pad[28];
};
static_assert(sizeof(struct signalfd_siginfo_abi) == 128);

#endif
