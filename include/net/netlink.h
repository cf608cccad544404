/* SPDX-License-Identifier: MIT */
/*
 * AF_NETLINK sockets as far as the kernel tells something through them: mq_notify(2)'s SIGEV_THREAD. They take no messages and
 * have no addresses; kernel/net/netlink.c.
 */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <lib/compiler.h>
#include <lib/types.h>

struct unix_sock;

/* The netlink socket of descriptor @fd, referenced. ERR_PTR: -EBADF, -ENOTSOCK, -EINVAL (another family). */
struct unix_sock *netlink_by_fd(unsigned int fd) __must_check;
void netlink_put(struct unix_sock *s);          /* NULL is fine */
/* A message of the kernel's. One that finds no room, no memory or a closed socket is lost. */
void netlink_send(struct unix_sock *to, const void *data, size_t size);

#endif
