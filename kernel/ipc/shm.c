// SPDX-License-Identifier: MIT
/*
 * System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2), /proc/sysvipc/shm. A segment is a page
 * cache without a file (as shared anonymous memory is); its identifier is slot + sequence * 32768, as on Linux.
 * It lives until IPC_RMID and the last detach, whichever is later.
 * Lock: none. One CPU, and nothing here sleeps while a segment is looked at, except user copies, after
 * which it is found anew.
 */
#include <asm/uaccess.h>
#include <ipc/ipc.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/filemap.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <proc/proc.h>
#include <syscall/syscalls.h>
#include <task/task.h>
#include <task/timer.h>
#include <uapi/errno.h>
#include <uapi/ipc.h>
#include <uapi/mman.h>
#include <uapi/prctl.h>

#define MAX_SEGMENTS 4096
#define SEQ_STEP 32768

struct shm_segment {
	struct address_space mapping;
	struct ipc64_perm_abi perm;     /* mode with SHM_DEST, SHM_LOCKED */
	int id;
	u64 size, nattch, pages;
	s64 atime, dtime, ctime;
	pid_t cpid, lpid;
	char name[32];                  /* of /proc/PID/maps */
};

static struct shm_segment **segments;   /* MAX_SEGMENTS, made on first use */
static unsigned int highest, used;      /* slots */
static u16 next_seq;
static u64 total_pages;
static unsigned long shmmax = ~0UL - (1UL << 24), shmall = ~0UL - (1UL << 24);
static int shmmni = MAX_SEGMENTS;

static s64 now_seconds(void)
{
	return ktime_get_real_ns() / 1000000000;
}

static struct shm_segment *find_id(int id)
{
	struct shm_segment *s = id >= 0 && segments ? segments[id % SEQ_STEP % MAX_SEGMENTS] : NULL;

	return s && s->id == id ? s : NULL;
}

static void free_segment(struct shm_segment *s)
{
	segments[s->id % SEQ_STEP] = NULL;
	used--;
	while (highest && !segments[highest])
		highest--;
	total_pages -= s->pages;
	vm_committed_pages -= s->pages;
	address_space_destroy(&s->mapping);
	kfree(s);
}

/* ---- mapped ---- */

static void shm_open(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_private;

	s->nattch++;
	s->atime = now_seconds();
	s->lpid = current->tgid;
}

static void shm_close(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_private;

	s->dtime = now_seconds();
	s->lpid = current->tgid;
	if (--s->nattch == 0 && (s->perm.mode & SHM_DEST))
		free_segment(s);
}

static const char *shm_name(struct vm_area_struct *vma)
{
	return ((struct shm_segment *)vma->vm_private)->name;
}

static const struct vm_operations_struct shm_vm_ops = { .open = shm_open, .close = shm_close, .name = shm_name };

/* ---- shmget ---- */

/* May the caller do what @want (bits 0444, 0222) says? */
static bool allowed(const struct ipc64_perm_abi *p, unsigned int want)
{
	const struct cred *c = &current->cred;
	unsigned int granted = p->mode;

	want = (want | want >> 3 | want >> 6) & 07;
	if (c->euid == p->cuid || c->euid == p->uid)
		granted >>= 6;
	else if (c->egid == p->cgid || c->egid == p->gid || in_group_p(p->cgid) || in_group_p(p->gid))
		granted >>= 3;
	return !(want & ~granted) || capable(CAP_IPC_OWNER);
}

static int free_slot(void)
{
	if (!segments) {
		segments = kzalloc(MAX_SEGMENTS * sizeof(*segments), GFP_KERNEL);
		if (!segments)
			return -ENOMEM;
	}
	for (int i = 0; i < min(shmmni, MAX_SEGMENTS); i++)
		if (!segments[i])
			return i;
	return -ENOSPC;
}

static long new_segment(s32 key, u64 size, int flags)
{
	u64 pages = PFN_UP(size);
	struct shm_segment *s;
	int slot;

	if (size < 1 || size > shmmax || pages << PAGE_SHIFT < size)
		return -EINVAL;
	if (flags & SHM_HUGETLB)
		return -ENOMEM;         /* no pool of huge pages */
	if (total_pages + pages < total_pages || total_pages + pages > shmall)
		return -ENOSPC;
	slot = free_slot();
	if (slot < 0)
		return slot;
	if (flags & SHM_NORESERVE && sysctl_overcommit_memory != 2)
		pages = 0;
	else if (pages > totalram_pages() && sysctl_overcommit_memory == 0)
		return -ENOMEM;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	address_space_init(&s->mapping, NULL);
	s->mapping.is_shmem = true;
	s->mapping.size = PAGE_ALIGN(size);
	s->size = size;
	s->pages = pages;
	s->perm = (struct ipc64_perm_abi){ .key = key, .uid = current->cred.euid, .gid = current->cred.egid,
		.cuid = current->cred.euid, .cgid = current->cred.egid, .mode = flags & 0777, .seq = next_seq };
	s->id = slot + next_seq * SEQ_STEP;
	s->ctime = now_seconds();
	s->cpid = current->tgid;
	snprintf(s->name, sizeof(s->name), "/SYSV%08x (deleted)", (unsigned int)key);
	next_seq = (next_seq + 1) & 0x7fff;
	segments[slot] = s;
	highest = max(highest, (unsigned int)slot);
	used++;
	total_pages += pages;
	vm_committed_pages += pages;
	return s->id;
}

SYSCALL(shmget)
{
	s32 key = (s32)a0;
	u64 size = a1;
	int flags = (int)a2;

	if (key == IPC_PRIVATE)
		return new_segment(key, size, flags);
	for (unsigned int i = 0; segments && i <= highest; i++) {
		struct shm_segment *s = segments[i];

		if (!s || s->perm.key != key)
			continue;
		if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
			return -EEXIST;
		if (size > s->size)
			return -EINVAL;
		return allowed(&s->perm, flags & 0777) ? s->id : -EACCES;
	}
	return flags & IPC_CREAT ? new_segment(key, size, flags) : -ENOENT;
}

/* ---- shmat, shmdt ---- */

SYSCALL(shmat)
{
	struct shm_segment *s;
	unsigned long addr = a1;
	int flags = (int)a2;
	struct mmap_request req = { .flags = MAP_SHARED, .prot = PROT_READ, .may_flags = VM_MAYREAD | VM_MAYEXEC };

	if ((int)a0 < 0)
		return -EINVAL;
	if (addr & ~PAGE_MASK) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		addr &= PAGE_MASK;
		if (!addr && (flags & SHM_REMAP))
			return -EINVAL;
	}
	if (!addr && (flags & SHM_REMAP))
		return -EINVAL;
	s = find_id((int)a0);
	if (!s)
		return -EINVAL;
	if (!allowed(&s->perm, 0444 | (flags & SHM_RDONLY ? 0 : 0222) | (flags & SHM_EXEC ? 0111 : 0)))
		return -EACCES;
	if (addr && !(flags & SHM_REMAP)) {
		if (addr + s->size < addr || find_vma_intersection(current->mm, addr, addr + s->size))
			return -EINVAL;
	}
	if (addr)
		req.flags |= MAP_FIXED;
	if (!(flags & SHM_RDONLY)) {
		req.prot |= PROT_WRITE;
		req.may_flags |= VM_MAYWRITE;
	}
	if (flags & SHM_EXEC)
		req.prot |= PROT_EXEC;
	req.addr = addr;
	req.len = s->size;
	req.mapping = &s->mapping;
	req.vm_ops = &shm_vm_ops;
	req.private = s;
	return do_mmap(current->mm, &req);
}

/* The VMA of a segment whose start of file would be at @addr; it need not begin there any more. */
static struct vm_area_struct *attached_at(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	for (; vma; vma = vma->vm_next)
		if (vma->vm_ops == &shm_vm_ops && vma->vm_start - (vma->vm_pgoff << PAGE_SHIFT) == addr)
			return vma;
	return NULL;
}

SYSCALL(shmdt)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long addr = a0;
	void *segment = NULL;
	int err = -EINVAL;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	while ((vma = attached_at(mm, addr)) && (!segment || vma->vm_private == segment)) {
		segment = vma->vm_private;
		err = do_munmap(mm, vma->vm_start, vma->vm_end - vma->vm_start);
		if (err)
			return err;
	}
	return err;
}

/* ---- shmctl ---- */

static void fill_ds(struct shmid64_ds_abi *ds, const struct shm_segment *s)
{
	*ds = (struct shmid64_ds_abi){ .shm_perm = s->perm, .shm_segsz = s->size, .shm_atime = s->atime, .shm_dtime = s->dtime,
		.shm_ctime = s->ctime, .shm_cpid = s->cpid, .shm_lpid = s->lpid, .shm_nattch = s->nattch };
}

static long shm_stat(int id, int cmd, void __user *buf)
{
	struct shm_segment *s;
	struct shmid64_ds_abi ds;

	if (cmd == IPC_STAT)
		s = find_id(id);
	else
		s = id >= 0 && id < MAX_SEGMENTS && segments ? segments[id] : NULL;
	if (!s)
		return -EINVAL;
	if (cmd != SHM_STAT_ANY && !allowed(&s->perm, 0444))
		return -EACCES;
	fill_ds(&ds, s);
	id = s->id;
	if (copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return cmd == IPC_STAT ? 0 : id;
}

static long shm_limits(int cmd, void __user *buf)
{
	struct shminfo64_abi info = { .shmmax = shmmax, .shmmin = 1, .shmmni = shmmni, .shmseg = shmmni, .shmall = shmall };
	struct shm_info_abi usage = { .used_ids = used, .shm_tot = total_pages };

	for (unsigned int i = 0; segments && i <= highest; i++)
		if (segments[i])
			usage.shm_rss += segments[i]->mapping.nr_pages;
	if (cmd == IPC_INFO ? copy_to_user(buf, &info, sizeof(info)) : copy_to_user(buf, &usage, sizeof(usage)))
		return -EFAULT;
	return highest;
}

static bool owns(const struct shm_segment *s)
{
	return current->cred.euid == s->perm.cuid || current->cred.euid == s->perm.uid || capable(CAP_SYS_ADMIN);
}

static long shm_change(int id, int cmd, const struct shmid64_ds_abi *set)
{
	struct shm_segment *s = find_id(id);

	if (!s)
		return -EINVAL;
	if (cmd == SHM_LOCK || cmd == SHM_UNLOCK) {
		if (!capable(CAP_IPC_LOCK) && !(owns(s) && (cmd == SHM_UNLOCK || rlimit(RLIMIT_MEMLOCK))))
			return -EPERM;
		s->perm.mode = cmd == SHM_LOCK ? s->perm.mode | SHM_LOCKED : s->perm.mode & ~SHM_LOCKED;
		return 0;
	}
	if (!owns(s))
		return -EPERM;
	s->ctime = now_seconds();
	if (cmd == IPC_SET) {
		s->perm.uid = set->shm_perm.uid;
		s->perm.gid = set->shm_perm.gid;
		s->perm.mode = (s->perm.mode & ~0777) | (set->shm_perm.mode & 0777);
		return 0;
	}
	if (s->nattch) {
		s->perm.mode |= SHM_DEST;
		s->perm.key = IPC_PRIVATE;      /* shmget does not find it any more */
	} else {
		free_segment(s);
	}
	return 0;
}

SYSCALL(shmctl)
{
	struct shmid64_ds_abi set;
	int id = (int)a0, cmd = (int)a1;

	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SHM_INFO:
		return shm_limits(cmd, (void *)a2);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return shm_stat(id, cmd, (void *)a2);
	case IPC_SET:
		if (copy_from_user(&set, (void *)a2, sizeof(set)))
			return -EFAULT;
		return shm_change(id, cmd, &set);
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return shm_change(id, cmd, NULL);
	default:
		return -EINVAL;
	}
}

/* ---- /proc ---- */

static int show_segments(struct seq_file *m, void *arg)
{
	seq_puts(m, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime"
		    "      ctime                   rss                  swap\n");
	for (unsigned int i = 0; segments && i <= highest; i++) {
		const struct shm_segment *s = segments[i];

		if (!s)
			continue;
		seq_printf(m, "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u %10ld %10ld %10ld %21lu %21lu\n", s->perm.key, s->id,
			   s->perm.mode, (unsigned long)s->size, s->cpid, s->lpid, (unsigned long)s->nattch, s->perm.uid, s->perm.gid,
			   s->perm.cuid, s->perm.cgid, (long)s->atime, (long)s->dtime, (long)s->ctime,
			   (unsigned long)(s->mapping.nr_pages << PAGE_SHIFT), 0UL);
	}
	return 0;
}

void ipc_init(void)
{
	static struct sysctl_ulong max = { &shmmax, 1, ~0UL }, all = { &shmall, 1, ~0UL };
	static struct sysctl_int mni = { &shmmni, 0, MAX_SEGMENTS };

	if (proc_create("sysvipc/shm", 0444, show_segments, NULL) ||
	    proc_create_rw("sys/kernel/shmmax", 0644, sysctl_show_ulong, sysctl_write_ulong, &max) ||
	    proc_create_rw("sys/kernel/shmall", 0644, sysctl_show_ulong, sysctl_write_ulong, &all) ||
	    proc_create_rw("sys/kernel/shmmni", 0644, sysctl_show_int, sysctl_write_int, &mni))
		pr_warn("no memory for /proc/sysvipc\n");
}
