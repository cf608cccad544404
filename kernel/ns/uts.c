/* SPDX-License-Identifier: MIT */
/* UTS name spaces: uname(2), sethostname(2), setdomainname(2), /proc/sys/kernel/hostname. */
#include <ns/uts_ns.h>
#include <proc/proc.h>
#include "internal.h"

static void free_uts(struct ns_common *ns)
{
	kfree(container_of(ns, struct uts_namespace, ns));
}

static int install_uts(struct nsset *set, struct ns_common *ns)
{
	if (!nsset_capable(set, ns))
		return -EPERM;
	get_ns(ns);
	put_ns(&set->proxy->uts->ns);
	set->proxy->uts = container_of(ns, struct uts_namespace, ns);
	return 0;
}

static const struct ns_operations uts_operations = {
	.name = "uts", .type = CLONE_NEWUTS, .kind = NS_UTS, .free = free_uts, .install = install_uts,
};

/* The release names the Linux whose calls are spoken: libc compares it with what it was built for. */
struct uts_namespace init_uts_ns = {
	.ns = { ATOMIC_INIT(1), PROC_UTS_INIT_INO, &uts_operations, &init_user_ns, NULL },
	.name = {
		.sysname = "Linux", .nodename = "atlas", .release = "6.1.0-atlas", .version = "#1 Atlas",
		.machine = "x86_64", .domainname = "(none)",
	},
};

struct utsname_abi *utsname(void)
{
	return &current->nsproxy->uts->name;
}

struct uts_namespace *copy_uts_ns(struct user_namespace *owner, struct uts_namespace *old)
{
	struct uts_namespace *n = kmalloc(sizeof(*n), GFP_KERNEL);
	int err;

	if (!n)
		return ERR_PTR(-ENOMEM);
	n->ns.charged = NULL;
	n->name = old->name;
	err = ns_init(&n->ns, &uts_operations, owner);
	if (!err)
		return n;
	kfree(n);
	return ERR_PTR(err);
}

SYSCALL(uname)
{
	struct utsname_abi u = *utsname();

	if (current->personality & UNAME26)
		strscpy(u.release, "2.6.61-atlas", sizeof(u.release));
	return copy_to_user((void __user *)a0, &u, sizeof(u)) ? -EFAULT : 0;
}

static long set_name(char *field, long from, long len)
{
	char name[NEW_UTS_LEN + 1] = { 0 };

	if (!ns_capable(current->nsproxy->uts->ns.user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, (const void __user *)from, (size_t)len))
		return -EFAULT;
	memcpy(field, name, sizeof(name));
	return 0;
}

SYSCALL(sethostname) { return set_name(utsname()->nodename, a0, (int)a1); }
SYSCALL(setdomainname) { return set_name(utsname()->domainname, a0, (int)a1); }

/* ---- /proc/sys/kernel: @arg is the offset of the line in utsname_abi ---- */

static char *field_of(void *arg)
{
	return (char *)utsname() + (unsigned long)arg;
}

static int uts_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "%s\n", field_of(arg));
	return 0;
}

static ssize_t uts_write(const char *buf, size_t n, void *arg)
{
	char *end, *field = field_of(arg);

	strscpy(field, buf, NEW_UTS_LEN + 1);
	end = strchr(field, '\n');
	if (end)
		*end = '\0';
	return (ssize_t)n;
}

void uts_ns_init(void)
{
	static const struct { const char *path; size_t offset; proc_write_fn write; } lines[] = {
		{ "sys/kernel/hostname", offsetof(struct utsname_abi, nodename), uts_write },
		{ "sys/kernel/domainname", offsetof(struct utsname_abi, domainname), uts_write },
		{ "sys/kernel/ostype", offsetof(struct utsname_abi, sysname), NULL },
		{ "sys/kernel/osrelease", offsetof(struct utsname_abi, release), NULL },
		{ "sys/kernel/version", offsetof(struct utsname_abi, version), NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (proc_create_rw(lines[i].path, lines[i].write ? 0644 : 0444, uts_show, lines[i].write, (void *)lines[i].offset))
			pr_err("cannot make /proc/%s\n", lines[i].path);
}
