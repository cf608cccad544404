/* SPDX-License-Identifier: MIT */
/* prctl(2), arch_prctl(2), personality(2). */
#include <mm/mm.h>
#include "seccomp.h"

static long set_name(long from)
{
	char name[TASK_COMM_LEN];
	ssize_t n = strncpy_from_user(name, (const char __user *)from, sizeof(name) - 1);

	if (n == -EFAULT)
		return -EFAULT;
	name[n < 0 ? (ssize_t)sizeof(name) - 1 : n] = 0;
	memset(current->comm, 0, sizeof(current->comm));
	strscpy(current->comm, name, sizeof(current->comm));
	return 0;
}

static long get_name(long to)
{
	char name[TASK_COMM_LEN] = { 0 };

	strscpy(name, current->comm, sizeof(name));
	return copy_to_user((void __user *)to, name, sizeof(name)) ? -EFAULT : 0;
}

static long cap_ambient(long op, long cap, long rest)
{
	struct cred *c = &current->cred;

	if (rest)
		return -EINVAL;
	if (op == 4) {                  /* PR_CAP_AMBIENT_CLEAR_ALL */
		if (cap)
			return -EINVAL;
		c->cap_ambient = 0;
		return 0;
	}
	if (cap < 0 || cap > CAP_LAST_CAP)
		return -EINVAL;
	if (op == 1)                    /* IS_SET */
		return c->cap_ambient >> cap & 1;
	if (op == 3) {                  /* LOWER */
		c->cap_ambient &= ~(1UL << cap);
		return 0;
	}
	if (op != 2)                    /* RAISE */
		return -EINVAL;
	if (!(c->cap_permitted & c->cap_inheritable & 1UL << cap) || (c->securebits & SECBIT_NO_AMBIENT_RAISE))
		return -EPERM;
	c->cap_ambient |= 1UL << cap;
	return 0;
}

static long set_tsc(long how)
{
	if (how != PR_TSC_ENABLE && how != PR_TSC_SIGSEGV)
		return -EINVAL;
	current->no_tsc = how == PR_TSC_SIGSEGV;
	if (current->no_tsc)
		set_exit_work();        /* closes it */
	return 0;
}

/* A lock stays, and so does what it locks. */
static long set_securebits(u64 bits)
{
	const u64 locks = SECBITS_ALL << 1;
	u32 *mine = &current->cred.securebits;

	if (((*mine & locks) >> 1 & (*mine ^ bits)) || (*mine & locks & ~bits) || (bits & ~(locks | SECBITS_ALL)) || !own_capable(CAP_SETPCAP))
		return -EPERM;
	*mine = (u32)bits;
	return 0;
}

static long set_mm_attr(long a1)
{
	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return -EINVAL;
}

/* Switches with a 0/1 value in the task. */
static long prctl_flag(long op, long v, long rest)
{
	struct task_struct *t = current;

	switch (op) {
	case PR_SET_KEEPCAPS:
		if (v != 0 && v != 1)
			return -EINVAL;
		if (t->cred.securebits & SECBIT_KEEP_CAPS << 1)
			return -EPERM;
		t->cred.securebits = (t->cred.securebits & ~SECBIT_KEEP_CAPS) | (v ? SECBIT_KEEP_CAPS : 0);
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		if (v != 1 || rest)
			return -EINVAL;
		t->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return v || rest ? -EINVAL : t->no_new_privs;
	case PR_SET_THP_DISABLE:
		if (rest)
			return -EINVAL;
		t->thp_disable = v;
		t->mm->thp_disabled = v;
		return 0;
	case PR_GET_THP_DISABLE:
		return v || rest ? -EINVAL : t->thp_disable;
	case PR_SET_CHILD_SUBREAPER:
		t->signal->is_child_subreaper = v;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user_u32(t->signal->is_child_subreaper, (void __user *)v) ? -EFAULT : 0;
	case PR_SET_DUMPABLE:
		if (v != 0 && v != 1)
			return -EINVAL;
		t->dumpable = (unsigned int)v;
		return 0;
	}
	return -EINVAL;
}

SYSCALL(prctl)
{
	struct task_struct *t = current;

	switch ((int)a0) {
	case PR_SET_PDEATHSIG:
		if (a1 < 0 || a1 > _NSIG)
			return -EINVAL;
		t->pdeath_signal = (int)a1;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user_u32((u32)t->pdeath_signal, (void __user *)a1) ? -EFAULT : 0;
	case PR_GET_DUMPABLE: return t->dumpable;
	case PR_GET_KEEPCAPS: return !!(t->cred.securebits & SECBIT_KEEP_CAPS);
	case PR_GET_TIMING: return 0;
	case PR_SET_TIMING: return a1 ? -EINVAL : 0;
	case PR_SET_NAME: return set_name(a1);
	case PR_GET_NAME: return get_name(a1);
	case PR_GET_SECCOMP: return t->seccomp_mode;
	case PR_SET_SECCOMP: return prctl_set_seccomp((u64)a1, (u64)a2);
	case PR_CAPBSET_READ: return a1 < 0 || a1 > CAP_LAST_CAP ? -EINVAL : (long)(t->cred.cap_bset >> a1 & 1);
	case PR_CAPBSET_DROP:
		if (!own_capable(CAP_SETPCAP))
			return -EPERM;
		if (a1 < 0 || a1 > CAP_LAST_CAP)
			return -EINVAL;
		t->cred.cap_bset &= ~(1UL << a1);
		return 0;
	case PR_GET_TSC: return put_user_u32(t->no_tsc ? PR_TSC_SIGSEGV : PR_TSC_ENABLE, (void __user *)a1) ? -EFAULT : 0;
	case PR_SET_TSC: return set_tsc(a1);
	case PR_GET_SECUREBITS: return t->cred.securebits;
	case PR_SET_SECUREBITS: return set_securebits((u64)a1);
	case PR_SET_TIMERSLACK:
		t->timerslack_ns = a1 > 0 ? (u64)a1 : t->default_timerslack_ns;
		return 0;
	case PR_GET_TIMERSLACK: return (long)t->timerslack_ns;
	case PR_SET_MM: return set_mm_attr(a1);
	case PR_GET_TID_ADDRESS: return put_user_u64(t->clear_child_tid, (void __user *)a1) ? -EFAULT : 0;
	case PR_CAP_AMBIENT: return cap_ambient(a1, a2, a3 | a4);
	case PR_SET_VMA: return a1 == PR_SET_VMA_ANON_NAME ? 0 : -EINVAL;
	}
	return prctl_flag((int)a0, a1, a2 | a3 | a4);
}

SYSCALL(arch_prctl)
{
	u64 addr = (u64)a1;

	switch ((int)a0) {
	case ARCH_SET_FS:
		if (addr >= TASK_SIZE)
			return -EPERM;
		user_fsbase_set(addr);
		return 0;
	case ARCH_SET_GS:
		if (addr >= TASK_SIZE)
			return -EPERM;
		user_gsbase_set(addr);
		return 0;
	case ARCH_GET_FS: return put_user_u64(user_fsbase_get(), (void __user *)addr) ? -EFAULT : 0;
	case ARCH_GET_GS: return put_user_u64(user_gsbase_get(), (void __user *)addr) ? -EFAULT : 0;
	case ARCH_GET_CPUID: return 1;  /* CPUID works, and making it fault is not offered */
	case ARCH_SET_CPUID: return -ENODEV;
	}
	return -EINVAL;
}

SYSCALL(personality)
{
	u32 old = (u32)current->personality;

	if ((u32)a0 != 0xffffffffu)
		current->personality = (u32)a0;
	return old;
}
