/* SPDX-License-Identifier: MIT */
/* What the files of kernel/ns share. */
#ifndef KERNEL_NS_INTERNAL_H
#define KERNEL_NS_INTERNAL_H

#include <asm/uaccess.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <ns/nsproxy.h>
#include <ns/user_ns.h>
#include <syscall/syscalls.h>
#include <task/signal.h>
#include <task/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <uapi/sched.h>

#endif
