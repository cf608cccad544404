// SPDX-License-Identifier: MIT
/*
 * The access exam: every combination of writable, user and no-execute at every level, absent entries,
 * reserved bits, 4 KiB, 2 MiB and 1 GiB leaves; read, write and fetch from ring 0 (SMAP open and closed)
 * and ring 3; CR0.WP, CR4.SMEP and CR4.SMAP on and off. The fault and its error code are predicted from
 * SDM vol. 3, 4.6 and 4.7, then the CPU is asked. (NXE off is asked by booting on a CPU without NX.)
 *
 * One test address TEST has page tables of its own in an own pgd whose upper half is the kernel's. Ring 3 is a
 * coroutine: its stubs end in INT3, whose handler switches back to the examiner.
 *
 *     pgd -> pud -> pmd -> pte -> page: +0 RET (ring 0 fetches), +16 INT3 (ring 3 fetches), +32 data
 */
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/memory.h>
#include <asm/pgtable.h>
#include <asm/segment.h>
#include <asm/tlb.h>
#include <lib/ktest.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>
#include <x86/cpu.h>
#include <x86/probe.h>
#include <x86/traps.h>

#define TEST_ADDR 0x0000123440000000UL          /* 1 GiB-aligned */
#define CODE_ADDR 0x0000001000000000UL          /* the ring-3 stubs, another pgd entry */
#define LEVELS 4                                /* index 0: pgd ... 3: pte */

enum access { KREAD, KWRITE, KFETCH, KREAD_AC, KWRITE_AC, UREAD, UWRITE, UFETCH, NR_ACCESS };
static const char *const access_names[NR_ACCESS] = {
	"kernel read", "kernel write", "kernel fetch", "kernel read, AC", "kernel write, AC", "user read", "user write",
	"user fetch",
};

struct control { bool wp, smep, smap; };

static u64 *tables[LEVELS];     /* those of TEST_ADDR */
static u64 *pgd, *page;         /* page: what the accesses hit, 4 KiB, wherever the leaf is larger */
static unsigned long target;    /* its address below TEST_ADDR's tables */
static struct thread_struct examiner, ring3;
static struct probe_fault ring3_fault;
static struct x86_hooks saved_hooks;
static unsigned long nr_asked, nr_wrong;

/* Stubs at CODE_ADDR: 0 read, 16 write, 32 fetch, 48 after a fault. */
static const u8 stubs[] = {
	0x8a, 0x07, 0xcc, [3 ... 15] = 0xcc,            /* mov (%rdi),%al */
	0x88, 0x07, 0xcc, [19 ... 31] = 0xcc,           /* mov %al,(%rdi) */
	0xff, 0xe7, [34 ... 47] = 0xcc,                 /* jmp *%rdi */
	0xcc,
};

static bool exam_page_fault(struct pt_regs *regs, unsigned long addr, unsigned int error_code)
{
	ring3_fault = (struct probe_fault){ 14, error_code, addr };
	regs->rip = CODE_ADDR + 48;
	return true;
}

static void exam_user_trap(struct pt_regs *regs, unsigned int vector, unsigned long error_code)
{
	if (vector != 3)
		ring3_fault = (struct probe_fault){ vector, error_code, 0 };
	local_irq_disable();
	switch_to(&ring3, &examiner);
	local_irq_enable();
}

static void no_exit_work(struct pt_regs *regs)
{
	clear_exit_work();
}

static bool ask_ring3(unsigned int stub, unsigned long addr, struct probe_fault *f)
{
	struct pt_regs *r = thread_pt_regs(&ring3);

	ring3_fault.vector = -1;
	r->rip = CODE_ADDR + stub;
	r->rdi = addr;
	switch_to(&examiner, &ring3);
	*f = ring3_fault;
	return f->vector == -1;
}

static bool ask(enum access a, struct probe_fault *f)
{
	bool ok;
	u8 b;

	switch (a) {
	case KREAD:
		return probe_read_u8((void *)(target + 32), &b, f);
	case KWRITE:
		return probe_write_u8((void *)(target + 32), 1, f);
	case KFETCH:
		return probe_exec((void *)target, f);
	case KREAD_AC:
		user_access_begin();
		ok = probe_read_u8((void *)(target + 32), &b, f);
		user_access_end();
		return ok;
	case KWRITE_AC:
		user_access_begin();
		ok = probe_write_u8((void *)(target + 32), 1, f);
		user_access_end();
		return ok;
	case UREAD:
		return ask_ring3(0, target + 32, f);
	case UWRITE:
		return ask_ring3(16, target + 32, f);
	default:
		return ask_ring3(32, target + 16, f);
	}
}

/* What the SDM says. -1: no fault. */
static long predict(enum access a, u64 and_flags, u64 or_flags, bool present, bool reserved, const struct control *c)
{
	bool user = a >= UREAD, write = a == KWRITE || a == KWRITE_AC || a == UWRITE, fetch = a == KFETCH || a == UFETCH;
	bool ac = a == KREAD_AC || a == KWRITE_AC;
	bool w = and_flags & _PAGE_RW, u = and_flags & _PAGE_USER, nx = or_flags & _PAGE_NX;
	long code = (write ? 2 : 0) | (user ? 4 : 0) | (fetch && (boot_cpu.nx || c->smep) ? 16 : 0);

	if (!present)
		return code;
	code |= 1;
	if (reserved)
		return code | 8;
	if (user)
		return !u || (write && !w) || (fetch && nx) ? code : -1;
	if (u && (fetch ? c->smep : c->smap && !ac))
		return code;
	return (write && !w && c->wp) || (fetch && nx) ? code : -1;
}

static void describe(enum access a, const u64 *flags, unsigned int levels, const struct control *c, long want, const struct probe_fault *f)
{
	char text[64];
	size_t n = 0;

	for (unsigned int i = 0; i < levels; i++)
		n += scnprintf(text + n, sizeof(text) - n, " %s%s%s%s", flags[i] & _PAGE_PRESENT ? "P" : "-",
			       flags[i] & _PAGE_RW ? "W" : "-", flags[i] & _PAGE_USER ? "U" : "-", flags[i] & _PAGE_NX ? "N" : "-");
	if (nr_wrong++ < 10)
		ktest_fail(__FILE__, __LINE__, "%s,%s, wp %d smep %d smap %d: predicted %ld, CPU says vector %d error %#lx",
			   access_names[a], text, c->wp, c->smep, c->smap, want, f->vector, f->error_code);
}

/* @flags of each level (pgd first); level @levels - 1 is the leaf. */
static void install(const u64 *flags, unsigned int levels)
{
	u64 size = 1UL << (PGDIR_SHIFT - 9 * (levels - 1));

	target = TEST_ADDR + (__pa(page) & (size - 1));
	for (unsigned int i = 0; i < levels; i++) {
		bool leaf = i == levels - 1;
		unsigned int index = target >> (PGDIR_SHIFT - 9 * i) & 511;
		u64 to = leaf ? __pa(page) & ~(size - 1) : __pa(tables[i + 1]);

		tables[i][index] = to | flags[i] | (leaf && levels < LEVELS ? _PAGE_PSE : 0);
	}
	tlb_flush_user();
}

/* Bits that must be 0: above the CPU's physical addresses, inside a large leaf's address, PS in a pgd entry.
 * SDM vol. 3, tables 4-15 to 4-20. */
static bool is_reserved(u64 flags, unsigned int level, unsigned int levels)
{
	bool large = level == levels - 1 && levels < LEVELS;
	u64 low = large ? (levels == 3 ? PMD_SIZE : PUD_SIZE) - 1 : 0;

	return (flags & PTE_PFN_MASK) >> boot_cpu.phys_bits || flags & low & ~0x1fffUL ||
	       (level == 0 && flags & _PAGE_PSE);
}

static void ask_all(const u64 *flags, unsigned int levels, const struct control *c)
{
	u64 all = ~0UL, any = 0;
	bool present = true, reserved = false;

	for (unsigned int i = 0; i < levels && present && !reserved; i++) {
		present = flags[i] & _PAGE_PRESENT;
		reserved = present && is_reserved(flags[i], i, levels);
		all &= flags[i];
		any |= flags[i];
	}
	install(flags, levels);
	for (enum access a = 0; a < NR_ACCESS; a++) {
		struct probe_fault f;
		long want, got;

		if (boot_cpu.smap == 0 && (a == KREAD_AC || a == KWRITE_AC))
			continue;
		want = predict(a, all, any, present, reserved, c);
		got = ask(a, &f) ? -1 : f.vector == 14 ? (long)f.error_code : 1000 + f.vector;
		nr_asked++;
		/* P belongs beside RSVD (SDM vol. 3, 4.7); QEMU 7.2's TCG leaves it out. */
		if (reserved && present && got == (want & ~1))
			got = want;
		if (got != want)
			describe(a, flags, levels, c, want, &f);
	}
}

/* All W U N of the @levels entries. Accessed and dirty are set beforehand: the CPU then writes nothing. */
static void sweep(unsigned int levels, const struct control *c)
{
	unsigned int bits = boot_cpu.nx ? 3 : 2;
	u64 flags[LEVELS];

	for (unsigned int combo = 0; combo < 1u << (bits * levels); combo++) {
		for (unsigned int i = 0; i < levels; i++) {
			unsigned int b = combo >> (bits * i);

			flags[i] = _PAGE_PRESENT | _PAGE_ACCESSED | (b & 1 ? _PAGE_RW : 0) | (b & 2 ? _PAGE_USER : 0) |
				   (bits == 3 && b & 4 ? _PAGE_NX : 0);
		}
		flags[levels - 1] |= _PAGE_DIRTY;
		ask_all(flags, levels, c);
	}
	/* Absent and reserved at each level, the rest allowing everything. */
	for (unsigned int i = 0; i < levels; i++) {
		for (unsigned int l = 0; l < levels; l++)
			flags[l] = _PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_RW | _PAGE_USER;
		flags[i] &= ~_PAGE_PRESENT;
		ask_all(flags, levels, c);
		flags[i] |= _PAGE_PRESENT;
		for (unsigned int bit = boot_cpu.phys_bits; bit < 52; bit++) {
			flags[i] |= 1UL << bit;
			ask_all(flags, levels, c);
			flags[i] &= ~(1UL << bit);
		}
	}
	if (levels < LEVELS) {
		flags[levels - 1] |= 1UL << 13;
		ask_all(flags, levels, c);
		flags[levels - 1] &= ~(1UL << 13);
	}
	flags[0] |= _PAGE_PSE;
	ask_all(flags, levels, c);
}

static bool exam_begin(void)
{
	static struct pt_regs start = { .cs = USER_CS, .ss = USER_DS, .rflags = 2 };
	unsigned long a = CODE_ADDR;
	void *stack = alloc_thread_stack();
	u64 *t[LEVELS];

	pgd = get_zeroed_page(GFP_KERNEL);
	page = get_zeroed_page(GFP_KERNEL);
	if (!stack || !pgd || !page)
		return false;
	memcpy(pgd + 256, (u64 *)__va(swapper_pg_dir_phys) + 256, PAGE_SIZE / 2);
	tables[0] = t[0] = pgd;
	for (unsigned int i = 1; i < LEVELS; i++) {
		tables[i] = get_zeroed_page(GFP_KERNEL);
		t[i] = get_zeroed_page(GFP_KERNEL);
		if (!tables[i] || !t[i])
			return false;
		t[i - 1][a >> (PGDIR_SHIFT - 9 * (i - 1)) & 511] = __pa(t[i]) | _USERPG_TABLE;
	}
	t[3][a >> PAGE_SHIFT & 511] = __pa(get_zeroed_page(GFP_KERNEL)) | _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;
	memcpy(__va(t[3][a >> PAGE_SHIFT & 511] & PTE_PFN_MASK), stubs, sizeof(stubs));
	memset(page, 0xcc, PAGE_SIZE);
	*(u8 *)page = 0xc3;
	start.rip = CODE_ADDR + 48;
	thread_init_boot(&examiner);
	thread_init_user(&ring3, stack, THREAD_SIZE, &start, NULL);
	saved_hooks = x86_hooks;
	x86_hooks.page_fault = exam_page_fault;
	x86_hooks.user_trap = exam_user_trap;
	x86_hooks.exit_to_user = no_exit_work;
	nr_asked = nr_wrong = 0;
	load_pgd(__pa(pgd));
	switch_to(&examiner, &ring3);   /* to its first INT3 */
	return true;
}

/* The few pages stay allocated: the test runs once a boot. */
static void exam_end(void)
{
	cpu_set_protection(true, boot_cpu.smep, boot_cpu.smap);
	x86_hooks = saved_hooks;
	load_pgd(swapper_pg_dir_phys);
}

KTEST(access_exam)
{
	if (!exam_begin()) {
		KEXPECT(!"memory for the exam");
		return;
	}
	for (unsigned int i = 0; i < 8; i++) {
		struct control c = { i & 1, i & 2, i & 4 };

		if ((c.smep && !boot_cpu.smep) || (c.smap && !boot_cpu.smap))
			continue;
		cpu_set_protection(c.wp, c.smep, c.smap);
		/* Without 1 GiB pages PS is reserved in a pud entry; QEMU 7.2's TCG maps 1 GiB all the same, so not asked. */
		for (unsigned int levels = boot_cpu.page1gb ? 2 : 3; levels <= LEVELS; levels++)
			sweep(levels, &c);
	}
	exam_end();
	KEXPECT(nr_asked > 5000);
	KEXPECT_EQ(nr_wrong, 0);
	ktest_note("%lu accesses asked, %lu answered otherwise than predicted", nr_asked, nr_wrong);
}

/* Flags of a page whose upper levels allow everything. */
static void set_leaf(u64 flags)
{
	tables[3][target >> PAGE_SHIFT & 511] = __pa(page) | flags;
}

#define OPEN (_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_RW)

/*
 * The TLB after each kind of change: the translation is used, changed, flushed by one of the verbs, and
 * must then act as the table says.
 */
KTEST(tlb_forgets_by_each_verb)
{
	static const u64 open[LEVELS] = { OPEN | _PAGE_USER, OPEN | _PAGE_USER, OPEN | _PAGE_USER, OPEN };
	struct { u64 change; long write, read; } kinds[] = {
		{ OPEN & ~_PAGE_RW, 3, -1 },    /* read-only */
		{ 0, 2, 0 },                    /* gone */
		{ OPEN, -1, -1 },               /* and back */
	};

	if (!exam_begin()) {
		KEXPECT(!"memory for the exam");
		return;
	}
	for (unsigned int verb = 0; verb < 4; verb++) {
		install(open, LEVELS);
		for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++) {
			struct probe_fault f;

			/* a global entry survives a CR3 load: only the other verbs may meet one */
			u64 global = verb >= 2 && boot_cpu.pge ? _PAGE_GLOBAL : 0;

			set_leaf(kinds[k].change | (kinds[k].change ? global : 0));
			if (verb == 0)
				tlb_flush_user();
			else if (verb == 1) {
				load_pgd(swapper_pg_dir_phys);
				load_pgd(__pa(pgd));
			} else if (verb == 2)
				tlb_flush_page(target);
			else
				tlb_flush_all();
			KEXPECT_EQ(ask(KREAD, &f) ? -1 : (long)f.error_code, kinds[k].read);
			KEXPECT_EQ(ask(KWRITE, &f) ? -1 : (long)f.error_code, kinds[k].write);
		}
	}
	/* Another frame behind the same address; an upper level that takes a right away. */
	install(open, LEVELS);
	page[4] = 0x1111;
	KEXPECT_EQ(*(volatile u64 *)(target + 32), 0x1111);
	tables[3][target >> PAGE_SHIFT & 511] = __pa(tables[3]) | OPEN;
	tlb_flush_page(target);
	KEXPECT_EQ(*(volatile u64 *)(target + 32), tables[3][4]);
	for (unsigned int i = 0; i < LEVELS; i++) {
		u64 flags[LEVELS] = { open[0], open[1], open[2], open[3] };
		struct probe_fault f;

		install(open, LEVELS);
		KEXPECT(ask(KWRITE, &f));
		flags[i] &= ~_PAGE_RW;
		install(flags, LEVELS);
		KEXPECT(!ask(KWRITE, &f));
		KEXPECT_EQ(f.error_code, 3);
	}
	exam_end();
}

/*
 * IRETQ to a frame that sigreturn could have made: the fault strikes in ring 0 with ring 3's GS loaded, and must
 * become ring 3's own, registers and all; the next return works again.
 */
KTEST(bad_iret_is_a_fault_of_ring3)
{
	static const u64 open[LEVELS] = { OPEN | _PAGE_USER, OPEN | _PAGE_USER, OPEN | _PAGE_USER, OPEN | _PAGE_USER };
	static const u16 bad[][2] = { { KERNEL32_CS | 3, USER_DS }, { USER_CS, KERNEL_DS | 3 }, { USER_CS, 0xfff3 }, { 0x83, USER_DS } };
	struct probe_fault f;
	struct pt_regs *r;

	if (!exam_begin()) {
		KEXPECT(!"memory for the exam");
		return;
	}
	r = thread_pt_regs(&ring3);
	install(open, LEVELS);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		r->cs = bad[i][0];
		r->ss = bad[i][1];
		r->r12 = 0x1212121212121212 + i;
		KEXPECT(!ask_ring3(0, target + 32, &f));
		KEXPECT(f.vector == 13 || f.vector == 12 || f.vector == 11);
		KEXPECT_EQ(f.error_code & ~3UL, (r->cs == USER_CS ? bad[i][1] : bad[i][0]) & ~3UL);
		KEXPECT_EQ(r->cs, bad[i][0]);
		KEXPECT_EQ(r->r12, 0x1212121212121212 + i);
		KEXPECT_EQ(r->rdi, target + 32);
		r->cs = USER_CS;
		r->ss = USER_DS;
		KEXPECT(ask_ring3(0, target + 32, &f));
	}
	exam_end();
}
