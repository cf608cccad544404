/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2), /proc/sysvipc/shm. A segment is a page
 * cache without a file (as shared anonymous memory is). It lives until IPC_RMID and the last detach, whichever is later.
 */
#include "internal.h"
#include <mm/filemap.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>
#include <uapi/mman.h>

#define DEFAULT_SEGMENTS 4096

struct shm_segment {
	struct ipc_object ipc;          /* perm.mode with SHM_DEST, SHM_LOCKED */
	struct ipc_namespace *ns;       /* [I] referenced while it is attached */
	struct address_space mapping;
	u64 size, nattch, pages;
	s64 atime, dtime;
	pid_t cpid, lpid;
	char name[32];                  /* of /proc/PID/maps */
};

static struct shm_segment *segment_of(const struct ipc_object *o) { return container_of(o, struct shm_segment, ipc); }

static void free_object(struct ipc_object *o)
{
	struct shm_segment *s = segment_of(o);

	s->ns->shm_pages -= s->pages;
	vm_committed_pages -= s->pages;
	address_space_destroy(&s->mapping);
	kfree(s);
}

static struct ipc_object *make_segment(struct ipc_ids *ids, u64 size, int flags, s32 key)
{
	struct ipc_namespace *ns = ids->ns;
	u64 pages = PFN_UP(size);
	struct shm_segment *s;

	if (size < 1 || size > ns->shmmax || pages << PAGE_SHIFT < size)
		return ERR_PTR(-EINVAL);
	if (flags & SHM_HUGETLB)
		return ERR_PTR(-EINVAL);        /* as Linux without CONFIG_HUGETLBFS, which /proc/config.gz says */
	if (ns->shm_pages + pages < ns->shm_pages || ns->shm_pages + pages > ns->shmall)
		return ERR_PTR(-ENOSPC);
	if (flags & SHM_NORESERVE && sysctl_overcommit_memory != 2)
		pages = 0;
	else if (pages > totalram_pages() && sysctl_overcommit_memory == 0)
		return ERR_PTR(-ENOMEM);
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return ERR_PTR(-ENOMEM);
	address_space_init(&s->mapping, NULL);
	s->mapping.is_shmem = true;
	s->mapping.size = PAGE_ALIGN(size);
	s->size = size;
	s->ns = ns;
	s->pages = pages;
	s->cpid = current->tgid;
	snprintf(s->name, sizeof(s->name), "/SYSV%08x (deleted)", (unsigned int)key);
	ns->shm_pages += pages;
	vm_committed_pages += pages;
	return &s->ipc;
}

static int segment_suits(const struct ipc_object *o, u64 size)
{
	return size > segment_of(o)->size ? -EINVAL : 0;
}

static void remove_segment(struct ipc_object *o)
{
	ipc_forget(o);
	free_object(o);
}

static const struct ipc_ids_operations segment_operations = {
	.make = make_segment, .free = free_object, .suits = segment_suits, .remove = remove_segment,
};

void shm_ids_init(struct ipc_namespace *ns)
{
	ns->shm = (struct ipc_ids){ .op = &segment_operations, .ns = ns, .limit = DEFAULT_SEGMENTS, .wanted_id = -1 };
	ns->shmmax = ns->shmall = ~0UL - (1UL << 24);
}

static struct shm_segment *find_id(int id)
{
	struct ipc_object *o = ipc_find(&ipc_ns()->shm, id);

	return o ? segment_of(o) : NULL;
}

/* ---- mapped ---- */

static void shm_open(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_private;

	if (!s->nattch++)
		get_ns(&s->ns->ns);
	s->atime = ipc_now();
	s->lpid = current->tgid;
}

static void shm_close(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_private;
	struct ipc_namespace *ns = s->ns;

	s->dtime = ipc_now();
	s->lpid = current->tgid;
	if (--s->nattch)
		return;
	if (s->ipc.perm.mode & SHM_DEST)
		remove_segment(&s->ipc);
	put_ns(&ns->ns);
}

static const char *shm_name(struct vm_area_struct *vma)
{
	return ((struct shm_segment *)vma->vm_private)->name;
}

static bool shm_is_last(struct vm_area_struct *vma)
{
	struct shm_segment *s = vma->vm_private;

	return s->nattch == 1 && (s->ipc.perm.mode & SHM_DEST);
}

static const struct vm_operations_struct shm_vm_ops = { .open = shm_open, .close = shm_close, .name = shm_name, .is_last = shm_is_last };

SYSCALL(shmget)
{
	return ipc_get(&ipc_ns()->shm, (s32)a0, a1, (int)a2);
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
	if (!ipc_allowed(&s->ipc.perm, 0444 | (flags & SHM_RDONLY ? 0 : 0222) | (flags & SHM_EXEC ? 0111 : 0)))
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
	*ds = (struct shmid64_ds_abi){ .shm_perm = ipc_perm_seen(&s->ipc), .shm_segsz = s->size, .shm_atime = s->atime, .shm_dtime = s->dtime,
		.shm_ctime = s->ipc.ctime, .shm_cpid = pid_vnr(s->cpid), .shm_lpid = pid_vnr(s->lpid), .shm_nattch = s->nattch };
}

static long shm_stat(int id, int cmd, void __user *buf)
{
	struct ipc_object *o = ipc_find_for_stat(&ipc_ns()->shm, id, cmd != IPC_STAT, cmd == SHM_STAT_ANY);
	struct shmid64_ds_abi ds;

	if (IS_ERR(o))
		return PTR_ERR(o);
	fill_ds(&ds, segment_of(o));
	id = o->id;
	if (copy_to_user(buf, &ds, sizeof(ds)))
		return -EFAULT;
	return cmd == IPC_STAT ? 0 : id;
}

static long shm_limits(int cmd, void __user *buf)
{
	const struct ipc_namespace *ns = ipc_ns();
	const struct ipc_ids *segments = &ns->shm;
	struct shminfo64_abi info = { .shmmax = ns->shmmax, .shmmin = 1, .shmmni = segments->limit, .shmseg = segments->limit, .shmall = ns->shmall };
	struct shm_info_abi usage = { .used_ids = segments->used, .shm_tot = ns->shm_pages };

	for (struct ipc_object *o = ipc_next(segments, 0); o; o = ipc_next(segments, ipc_index(o) + 1))
		usage.shm_rss += segment_of(o)->mapping.nr_pages;
	if (cmd == IPC_INFO ? copy_to_user(buf, &info, sizeof(info)) : copy_to_user(buf, &usage, sizeof(usage)))
		return -EFAULT;
	return segments->highest;
}

static long shm_change(int id, int cmd, const struct shmid64_ds_abi *set)
{
	struct shm_segment *s = find_id(id);

	if (!s)
		return -EINVAL;
	if (cmd == SHM_LOCK || cmd == SHM_UNLOCK) {
		if (!capable(CAP_IPC_LOCK) && !(ipc_owns(&s->ipc.perm) && (cmd == SHM_UNLOCK || rlimit(RLIMIT_MEMLOCK))))
			return -EPERM;
		s->ipc.perm.mode = cmd == SHM_LOCK ? s->ipc.perm.mode | SHM_LOCKED : s->ipc.perm.mode & ~SHM_LOCKED;
		return 0;
	}
	if (!ipc_owns(&s->ipc.perm))
		return -EPERM;
	if (cmd == IPC_SET)
		return ipc_set_perm(&s->ipc, &set->shm_perm);
	if (s->nattch) {
		s->ipc.perm.mode |= SHM_DEST;
		s->ipc.perm.key = IPC_PRIVATE;      /* shmget does not find it any more */
	} else {
		remove_segment(&s->ipc);
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
	const struct ipc_ids *segments = &ipc_ns()->shm;

	seq_puts(m, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime"
		    "      ctime                   rss                  swap\n");
	for (struct ipc_object *o = ipc_next(segments, 0); o; o = ipc_next(segments, ipc_index(o) + 1)) {
		const struct shm_segment *s = segment_of(o);
		const struct ipc64_perm_abi p = ipc_perm_seen(o);

		seq_printf(m, "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u %10ld %10ld %10ld %21lu %21lu\n", o->perm.key, o->id,
			   o->perm.mode, (unsigned long)s->size, pid_vnr(s->cpid), pid_vnr(s->lpid), (unsigned long)s->nattch, p.uid, p.gid,
			   p.cuid, p.cgid, (long)s->atime, (long)s->dtime, (long)o->ctime,
			   (unsigned long)(s->mapping.nr_pages << PAGE_SHIFT), 0UL);
	}
	return 0;
}

void shm_init(void)
{
	static const struct ipc_sysctl numbers[] = {
		{ "sys/kernel/shm_next_id", offsetof(struct ipc_namespace, shm.wanted_id), -1, INT32_MAX, false },
		{ "sys/kernel/shmmax", offsetof(struct ipc_namespace, shmmax), 1, -1, true },
		{ "sys/kernel/shmall", offsetof(struct ipc_namespace, shmall), 1, -1, true },
		{ "sys/kernel/shmmni", offsetof(struct ipc_namespace, shm.limit), 0, IPC_MAX_OBJECTS, false },
	};

	ipc_sysctls(numbers, ARRAY_SIZE(numbers));
	if (proc_create("sysvipc/shm", 0444, show_segments, NULL))
		pr_warn("no memory for /proc/sysvipc\n");
}
