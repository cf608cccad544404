/* SPDX-License-Identifier: MIT */
/* socket(2), unix(7): numbers and layouts of the Linux x86-64 ABI, as far as AF_UNIX needs them. */
#ifndef UAPI_SOCKET_H
#define UAPI_SOCKET_H

#include <lib/compiler.h>
#include <lib/types.h>

#define AF_UNIX 1
#define AF_NETLINK 16
/* ioctls; FIOSETOWN and SIOCSPGRP are F_SETOWN, the others F_GETOWN */
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#define FIOGETOWN 0x8903
#define SIOCGPGRP 0x8904

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK 04000
#define SOCK_CLOEXEC 02000000
#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define SOL_SOCKET 1
#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_OOBINLINE 10
#define SO_NO_CHECK 11
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_ACCEPTCONN 30
#define SO_SNDBUFFORCE 32
#define SO_RCVBUFFORCE 33
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD 253
#define MSG_PEEK 2
#define MSG_CTRUNC 8
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000
#define MSG_WAITFORONE 0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

struct sockaddr_un_abi {
	u16 sun_family;
	char sun_path[108];
};
static_assert(sizeof(struct sockaddr_un_abi) == 110);

struct msghdr_abi {
	u64 msg_name;
	u32 msg_namelen, pad0;
	u64 msg_iov, msg_iovlen, msg_control, msg_controllen;
	u32 msg_flags, pad1;
};
static_assert(sizeof(struct msghdr_abi) == 56);

struct mmsghdr_abi {
	struct msghdr_abi msg_hdr;
	u32 msg_len, pad;
};
static_assert(sizeof(struct mmsghdr_abi) == 64);

struct cmsghdr_abi {
	u64 cmsg_len;
	s32 cmsg_level, cmsg_type;
};
static_assert(sizeof(struct cmsghdr_abi) == 16);

struct ucred_abi {
	s32 pid;
	u32 uid, gid;
};

#endif
