/* SPDX-License-Identifier: MIT */
/* The pure parts of kernel/task: the fair run queue, process numbers, the verdict on ELF programs. */
#include "check.h"
#include <errno.h>
#include <task/fairq.h>
#include "../../kernel/task/elf_program.h"
#include "../../kernel/task/pidmap.h"

/* --- the run queue ------------------------------------------------------- */

enum { NT = 300 };

static struct fair_entity ent[NT];
static bool queued[NT];

/* Takes may be out of order by less than one slot, plus what base has already passed. */
static void check_take(struct fairq *q, struct fair_entity *e)
{
	for (int i = 0; i < NT; i++)
		if (queued[i] && &ent[i] != e && (ent[i].vruntime >> FAIR_SLOT_SHIFT) >= q->base)
			assert_true((e->vruntime >> FAIR_SLOT_SHIFT) <= (ent[i].vruntime >> FAIR_SLOT_SHIFT) ||
				    (e->vruntime >> FAIR_SLOT_SHIFT) <= q->base);
}

static void fairq_random_against_model(void **state)
{
	struct fairq q;
	unsigned int nr = 0;

	test_seed_init("fairq");
	fairq_init(&q);
	for (int step = 0; step < 200000; step++) {
		int i = (int)test_below(NT);

		if (test_below(2) && !queued[i]) {
			u64 base = q.base << FAIR_SLOT_SHIFT;
			u64 far = test_below(8) ? FAIR_SLOTS : 1000;

			ent[i].vruntime = base + test_below(far << FAIR_SLOT_SHIFT);
			if (test_below(4) == 0)
				ent[i].vruntime = test_below(base + 1);
			if (test_below(2))
				fairq_insert(&q, &ent[i]);
			else
				fairq_insert_woken(&q, &ent[i]);
			queued[i] = true;
			nr++;
		} else if (test_below(3) == 0 && queued[i]) {
			fairq_unlink(&q, &ent[i]);
			queued[i] = false;
			nr--;
		} else {
			struct fair_entity *e = fairq_take(&q);

			assert_true(!e == !nr);
			if (e) {
				assert_true(queued[e - ent]);
				check_take(&q, e);
				queued[e - ent] = false;
				nr--;
			}
		}
		assert_int_equal(q.nr, nr);
		if (step % 64 == 0)
			assert_int_equal(fairq_check(&q), 0);
	}
}

/* Weights 1 : 10 : 100 share the time 1 : 10 : 100, whoever sleeps for a while gets no credit for it. */
static void fairq_shares_by_weight(void **state)
{
	static const unsigned int weight[3] = { 15, 150, 1500 };
	struct fair_entity e[3] = { { .vruntime = 0 } };
	u64 ran[3] = { 0 };
	struct fairq q;

	fairq_init(&q);
	for (int i = 0; i < 3; i++)
		fairq_insert(&q, &e[i]);
	for (int step = 0; step < 200000; step++) {
		struct fair_entity *x = fairq_take(&q);

		ran[x - e] += 10000000;
		x->vruntime += 10000000UL * 1024 / weight[x - e];
		fairq_insert(&q, x);
	}
	for (int i = 0; i < 2; i++) {
		double r = (double)ran[i + 1] / (double)ran[i];

		assert_true(r > 9.5 && r < 10.5);
	}
}

/* --- process numbers ----------------------------------------------------- */

static void *page(void)
{
	return calloc(1, 4096);
}

static void free_map(struct pidmap *m)
{
	for (size_t i = 0; i < ARRAY_SIZE(m->page); i++)
		free(m->page[i]);
}

static void pidmap_random_against_model(void **state)
{
	static int refs[PID_MAX];
	struct pidmap m = { .alloc = page, .free = free };
	unsigned int used = 0;

	memset(refs, 0, sizeof(refs));
	test_seed_init("pidmap");
	for (int step = 0; step < 300000; step++) {
		pid_t pid = (pid_t)test_below(PID_MAX);

		if (test_below(3) && used < PID_MAX - 400) {
			pid = pidmap_alloc(&m, &m);
			assert_true(pid > 0 && pid < PID_MAX && !refs[pid]);
			assert_ptr_equal(pidmap_task(&m, pid), &m);
			pidmap_set_task(&m, pid, NULL);
			assert_non_null(pidmap_pgrp(&m, pid));
			refs[pid] = 1;
			used++;
		} else if (refs[pid] && test_below(2)) {
			pidmap_get(&m, pid);
			refs[pid]++;
		} else if (refs[pid]) {
			pidmap_put(&m, pid);
			if (!--refs[pid]) {
				used--;
				assert_null(pidmap_pgrp(&m, pid));
			}
		}
		assert_int_equal(m.nr_used, used);
		if (step % 1024 == 0)
			assert_int_equal(pidmap_check(&m), 0);
	}
	assert_int_equal(pidmap_check(&m), 0);
	free_map(&m);
}

static void pidmap_wraps_and_runs_out(void **state)
{
	struct pidmap m = { .alloc = page, .free = free };
	int n = 0;
	pid_t pid;

	while ((pid = pidmap_alloc(&m, &n)) > 0)
		assert_int_equal(pid, ++n);
	assert_int_equal(pid, -EAGAIN);
	assert_int_equal(n, PID_MAX - 1);
	pidmap_set_task(&m, 5, NULL);
	pidmap_put(&m, 5);
	assert_int_equal(pidmap_alloc(&m, &n), -EAGAIN); /* below 300: only before the first wrap */
	pidmap_set_task(&m, 700, NULL);
	pidmap_put(&m, 700);
	assert_int_equal(pidmap_alloc(&m, &n), 700);
	free_map(&m);
}

static void pidmap_next_walks_in_order(void **state)
{
	struct pidmap m = { .alloc = page, .free = free };
	int tasks[1000], seen = 0;

	for (int i = 0; i < 1000; i++)
		assert_int_equal(pidmap_alloc(&m, &tasks[i]), i + 1);
	for (pid_t pid = 0; ; seen++) {
		int *t = pidmap_next(&m, pid);

		if (!t)
			break;
		assert_int_equal(t - tasks, pid);
		pid = (pid_t)(t - tasks) + 1;
	}
	assert_int_equal(seen, 1000);
	assert_null(pidmap_next(&m, PID_MAX - 1));
	assert_null(pidmap_task(&m, -1));
	assert_null(pidmap_task(&m, PID_MAX));
	free_map(&m);
}

/* --- ELF ------------------------------------------------------------------ */

#define LIMIT 0x00007ffffffff000UL

struct image { struct elf64_hdr h; struct elf64_phdr p[4]; };

/*
 *   0x400000 [ R X  0x1000 bytes ]   0x401000 [ RW 0x200 file, 0x2200 memory ]
 */
static struct image good(void)
{
	struct image i = {
		.h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 }, .e_type = ET_EXEC, .e_machine = EM_X86_64,
			.e_version = 1, .e_entry = 0x400100, .e_phoff = 64, .e_ehsize = 64, .e_phentsize = 56, .e_phnum = 4 },
		.p = {
			{ .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000, .p_filesz = 0x1000, .p_memsz = 0x1000 },
			{ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x1000, .p_vaddr = 0x401000, .p_filesz = 0x200,
			  .p_memsz = 0x2200 },
			{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
			{ .p_type = PT_INTERP, .p_offset = 0x800, .p_filesz = 28 },
		},
	};

	return i;
}

static void elf_good_layout(void **state)
{
	struct image i = good();
	struct elf_layout l;

	assert_int_equal(elf_program_header(&i.h), 0);
	assert_int_equal(elf_program_layout(&i.h, i.p, 0x1200, LIMIT, &l), 0);
	assert_int_equal(l.min_vaddr, 0x400000);
	assert_int_equal(l.max_vaddr, 0x404000);
	assert_int_equal(l.start_code, 0x400000);
	assert_int_equal(l.end_code, 0x401000);
	assert_int_equal(l.start_data, 0x401000);
	assert_int_equal(l.end_data, 0x401200);
	assert_int_equal(l.brk, 0x403200);
	assert_int_equal(l.phdr_vaddr, 0x400040);
	assert_true(l.has_interp && !l.exec_stack && l.nr_load == 2);
}

static void elf_bad_ones(void **state)
{
	struct image i;
	struct elf_layout l;

#define BAD_HEADER(change) do { i = good(); change; assert_int_equal(elf_program_header(&i.h), -ENOEXEC); } while (0)
#define BAD_LAYOUT(err, change) do { i = good(); change; \
	assert_int_equal(elf_program_layout(&i.h, i.p, 0x1200, LIMIT, &l), err); } while (0)
	BAD_HEADER(i.h.e_ident[0] = 0);
	BAD_HEADER(i.h.e_ident[EI_CLASS] = 1);
	BAD_HEADER(i.h.e_ident[EI_DATA] = 2);
	BAD_HEADER(i.h.e_machine = 3);
	BAD_HEADER(i.h.e_type = 4);
	BAD_HEADER(i.h.e_phnum = 0);
	BAD_HEADER(i.h.e_phnum = 0xffff);
	BAD_HEADER(i.h.e_phentsize = 32);
#define UNMAPPABLE(yes, change) do { BAD_LAYOUT(0, change); assert_int_equal(l.unmappable, yes); } while (0)
	UNMAPPABLE(true, i.p[1].p_filesz = 0x2300);             /* more in the file than in memory */
	UNMAPPABLE(true, i.p[1].p_offset = U64_MAX & ~0xfffUL);
	UNMAPPABLE(true, i.p[1].p_offset = 0xf00);              /* not congruent */
	UNMAPPABLE(true, i.p[1].p_vaddr = LIMIT - 0x1000);
	UNMAPPABLE(true, i.p[1].p_vaddr = U64_MAX & ~0xfffUL);
	UNMAPPABLE(true, i.p[1].p_memsz = U64_MAX);
	UNMAPPABLE(false, i.p[1].p_offset = 0x2000);            /* beyond the file */
	UNMAPPABLE(false, i.p[1].p_vaddr = 0x400000);           /* over the first */
	UNMAPPABLE(false, i.p[1].p_offset = 0xf00; i.p[1].p_filesz = 0);
	UNMAPPABLE(false, i.p[1].p_vaddr = 0x3f0000);           /* before the first */
	assert_int_equal(l.min_vaddr, 0x3f0000);
	assert_int_equal(l.max_vaddr, 0x401000);
	BAD_LAYOUT(-ENOEXEC, i.p[0].p_type = i.p[1].p_type = 0);
	BAD_LAYOUT(-ENOEXEC, i.p[3].p_filesz = 1);
	BAD_LAYOUT(-ENOEXEC, i.p[3].p_offset = U64_MAX);
}

/* Whatever the bytes are: what an accepted layout maps lies inside the address space. */
static void elf_random_damage_is_safe(void **state)
{
	unsigned int accepted = 0;

	test_seed_init("elf");
	for (int step = 0; step < 500000; step++) {
		struct image i = good();
		struct elf_layout l;
		u64 brk = 0;

		for (u64 n = test_below(4); n; n--) {
			u8 *b = (u8 *)&i + test_below(sizeof(i));

			*b = test_below(2) ? (u8)test_random() : (u8)(*b ^ 1u << test_below(8));
		}
		if (elf_program_header(&i.h) || i.h.e_phnum > 4 || elf_program_layout(&i.h, i.p, 0x1200, LIMIT, &l))
			continue;
		assert_true(!l.has_interp || l.interp_offset + l.interp_size <= 0x1200);
		if (l.unmappable)
			continue;
		accepted++;
		assert_true(l.min_vaddr < l.max_vaddr && l.max_vaddr <= LIMIT && l.brk <= l.max_vaddr && l.nr_load);
		for (unsigned int n = 0; n < i.h.e_phnum; n++) {
			if (i.p[n].p_type != PT_LOAD || !i.p[n].p_memsz)
				continue;
			assert_true(i.p[n].p_vaddr >= l.min_vaddr && i.p[n].p_memsz <= l.brk - i.p[n].p_vaddr);
			assert_true(i.p[n].p_filesz <= i.p[n].p_memsz);
			brk = max(brk, i.p[n].p_vaddr + i.p[n].p_memsz);
		}
		assert_true(brk == l.brk);
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fairq_random_against_model),
		cmocka_unit_test(fairq_shares_by_weight),
		cmocka_unit_test(pidmap_random_against_model),
		cmocka_unit_test(pidmap_wraps_and_runs_out),
		cmocka_unit_test(pidmap_next_walks_in_order),
		cmocka_unit_test(elf_good_layout),
		cmocka_unit_test(elf_bad_ones),
		cmocka_unit_test(elf_random_damage_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
