/* SPDX-License-Identifier: MIT */
/* AF_NETLINK: a datagram socket that only the kernel sends to. Programs open one for mq_notify(2), or find no routes there. */
#include <net/netlink.h>
#include "unix.h"

struct unix_sock *netlink_alloc(struct net_namespace *net)
{
	struct unix_sock *s = unix_alloc(net, SOCK_DGRAM);

	if (!s)
		return NULL;
	s->netlink = true;
	s->addr.len = 12;               /* struct sockaddr_nl: no port, no groups */
	s->addr.un.sun_family = AF_NETLINK;
	return s;
}

struct unix_sock *netlink_by_fd(unsigned int fd)
{
	struct file *f = fget(fd);
	struct unix_sock *s;

	if (!f)
		return ERR_PTR(-EBADF);
	s = f->op == &socket_fops ? f->private : ERR_PTR(-ENOTSOCK);
	if (!IS_ERR(s))
		s = s->netlink ? unix_get(s) : ERR_PTR(-EINVAL);
	fput(f);
	return s;
}

void netlink_put(struct unix_sock *s)
{
	unix_put(s);
}

void netlink_send(struct unix_sock *to, const void *data, size_t size)
{
	if (!to->dead && !to->read_shut && to->queued < to->rcvbuf && unix_put_message(to, to, data, size, copy_kernel, NULL, 0)) {
		/* lost */
	}
}
