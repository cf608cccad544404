/* SPDX-License-Identifier: MIT */
/* mq_overview(7): what mq_open(2) and its family take. */
#ifndef UAPI_MQUEUE_H
#define UAPI_MQUEUE_H

#include <lib/compiler.h>
#include <lib/types.h>

#define MQ_PRIO_MAX 32768
/* What a thread of the library gets through its netlink socket: its own bytes, the last one replaced. */
#define NOTIFY_COOKIE_LEN 32
#define NOTIFY_WOKENUP 1
#define NOTIFY_REMOVED 2

struct mq_attr_abi {
	s64 mq_flags;           /* O_NONBLOCK */
	s64 mq_maxmsg, mq_msgsize; /* messages; bytes of one */
	s64 mq_curmsgs;
	s64 reserved[4];
};
static_assert(sizeof(struct mq_attr_abi) == 64);

#endif
