// SPDX-License-Identifier: MIT
/*
 * Methods (ACPI 6.5, 20.2.5.3): statements one after the other. If and While are blocks on a list, not C calls, since a chain of
 * ElseIf may be as long as it likes; a method that calls one is. Also where evaluations begin.
 */
#include "aml_internal.h"

static bool cut(struct aml_vm *vm)
{
	return aml_stop(vm, "its bytes end too early, or are damaged");
}

static bool push_block(struct aml_vm *vm, struct cursor c, const u8 *loop)
{
	if (vm->nr_blocks == AML_MAX_BLOCKS)
		return aml_stop(vm, "it is nested too deeply");
	vm->block[vm->nr_blocks++] = (struct aml_block){ .c = c, .loop = { loop, c.end } };
	return true;
}

/* The predicate of the loop on top again: its body, or past it. */
static bool loop(struct aml_vm *vm)
{
	struct aml_block *b = &vm->block[vm->nr_blocks - 1];
	struct cursor c = b->loop;
	u64 go_on;

	if (!aml_step(vm) || !aml_number(vm, &c, &go_on))
		return false;
	if (go_on)
		b->c = c;
	else
		vm->nr_blocks--;
	return true;
}

static bool if_else(struct aml_vm *vm, struct cursor *c)
{
	struct cursor then, otherwise = { c->end, c->end };
	u64 is_true;

	if (!aml_take_package(c, &then))
		return cut(vm);
	if (c->p < c->end && *c->p == OP_ELSE) {
		c->p++;
		if (!aml_take_package(c, &otherwise))
			return cut(vm);
	}
	return aml_number(vm, &then, &is_true) && push_block(vm, is_true ? then : otherwise, NULL);
}

/* Break, Continue: out of what is around it up to its loop. */
static bool leave_loop(struct aml_vm *vm, unsigned int base, bool is_break)
{
	while (vm->nr_blocks > base) {
		struct aml_block *b = &vm->block[vm->nr_blocks - 1];

		if (b->loop.p) {
			b->c.p = b->c.end;
			vm->nr_blocks -= is_break;
			return true;
		}
		vm->nr_blocks--;
	}
	return true;
}

/* Name: the value may be a buffer whose size is a local. */
static bool local_name(struct aml_vm *vm, struct cursor *c)
{
	struct aml_value *now = aml_alloc(vm, sizeof(*now));
	struct aml_node *n;
	struct path path;

	if (!now)
		return false;
	if (!aml_take_path(c, &path))
		return cut(vm);
	if (!aml_term(vm, c, now))
		return false;
	n = aml_declare(vm->ns, vm->frame->scope, &path, AML_NAME);
	if (!n)
		return aml_stop(vm, "it declares more than there is room for");
	return aml_set_now(vm, n, now);
}

static bool local_field(struct aml_vm *vm, struct cursor *c, u8 op)
{
	struct aml_value *now = aml_alloc(vm, sizeof(*now));
	struct aml_node *n;
	struct path path;

	if (!now || !aml_create_bits(vm, op, c, now))
		return false;
	if (!aml_take_path(c, &path))
		return cut(vm);
	n = aml_declare(vm->ns, vm->frame->scope, &path, AML_BUFFER_FIELD);
	if (!n)
		return aml_stop(vm, "it declares more than there is room for");
	return aml_set_now(vm, n, now);
}

/* OperationRegion: its offset is often a local. */
static bool local_region(struct aml_vm *vm, struct cursor *c)
{
	struct aml_value *now = aml_alloc(vm, sizeof(*now)), *place = aml_alloc(vm, 2 * sizeof(*place));
	struct aml_node *n;
	struct path path;
	u8 space;

	if (!now || !place)
		return false;
	if (!aml_take_path(c, &path) || !aml_take(c, &space))
		return cut(vm);
	if (!aml_number(vm, c, &place[0].number) || !aml_number(vm, c, &place[1].number))
		return false;
	n = aml_declare(vm->ns, vm->frame->scope, &path, AML_REGION);
	if (!n)
		return aml_stop(vm, "it declares more than there is room for");
	*now = (struct aml_value){ .type = AML_PACKAGE, .size = 2, .slot = place };
	n->arg = space;
	return aml_set_now(vm, n, now);
}

static bool ext_statement(struct aml_vm *vm, struct cursor *c)
{
	struct cursor at = *c;
	struct aml_value v;
	u64 ignored;
	u8 op;

	at.p++;
	if (!aml_take(&at, &op))
		return cut(vm);
	switch (op) {
	case EXT_CREATE_FIELD:
		*c = at;
		return local_field(vm, c, op);
	case EXT_STALL: case EXT_SLEEP:
		*c = at;
		return aml_number(vm, c, &ignored);
	case EXT_RELEASE:
		*c = at;
		return aml_place(vm, c, &v);
	case EXT_REGION:
		*c = at;
		return local_region(vm, c);
	case EXT_MUTEX: case EXT_EVENT: case EXT_FIELD: case EXT_INDEX_FIELD: case EXT_BANK_FIELD:
		return aml_declaration(vm->ns, c, vm->frame->scope, 0) || cut(vm);
	default:
		return aml_term(vm, c, &v);
	}
}

/* One statement of the block on top. *returned: it was Return, with *out. */
static bool statement(struct aml_vm *vm, unsigned int base, struct aml_value *out, bool *returned)
{
	struct cursor *c = &vm->block[vm->nr_blocks - 1].c;
	struct cursor inner;
	struct aml_value v;
	u8 op = *c->p;

	if (!aml_step(vm))
		return false;
	switch (op) {
	case OP_NAME:
		c->p++;
		return local_name(vm, c);
	case OP_CREATE_DWORD: case OP_CREATE_WORD: case OP_CREATE_BYTE: case OP_CREATE_BIT: case OP_CREATE_QWORD:
		c->p++;
		return local_field(vm, c, op);
	case OP_METHOD: case OP_ALIAS: case OP_EXTERNAL:
		return aml_declaration(vm->ns, c, vm->frame->scope, 0) || cut(vm);
	case OP_EXT:
		return ext_statement(vm, c);
	case OP_IF:
		c->p++;
		return if_else(vm, c);
	case OP_ELSE:
		c->p++;
		return aml_take_package(c, &inner) || cut(vm);
	case OP_WHILE:
		c->p++;
		return (aml_take_package(c, &inner) || cut(vm)) && push_block(vm, inner, inner.p) && loop(vm);
	case OP_BREAK: case OP_CONTINUE:
		return leave_loop(vm, base, op == OP_BREAK);
	case OP_NOOP: case OP_BREAKPOINT:
		c->p++;
		return true;
	case OP_NOTIFY:         /* for an operating system that listens */
		c->p++;
		return aml_place(vm, c, &v) && aml_term(vm, c, &v);
	case OP_RETURN:
		c->p++;
		*returned = true;
		return aml_term(vm, c, out) && (out->type != AML_BITS || aml_fetch(vm, out));
	default:
		return aml_term(vm, c, &v);
	}
}

static bool run(struct aml_vm *vm, const struct aml_node *method, struct aml_value *out)
{
	const unsigned int base = vm->nr_blocks, nr_nodes = vm->ns->nr;
	bool returned = false, ok = push_block(vm, (struct cursor){ method->aml, method->end }, NULL);

	*out = (struct aml_value){ .type = AML_INTEGER };       /* of a method that returns nothing, as ACPICA's */
	while (ok && !returned && vm->nr_blocks > base) {
		struct aml_block *b = &vm->block[vm->nr_blocks - 1];

		if (b->c.p < b->c.end)
			ok = statement(vm, base, out, &returned);
		else if (b->loop.p)
			ok = loop(vm);
		else
			vm->nr_blocks--;
	}
	vm->nr_blocks = base;
	aml_forget(vm->ns, nr_nodes);
	return ok;
}

bool aml_call(struct aml_vm *vm, struct aml_node *method, struct cursor *args, struct aml_value *out)
{
	struct aml_frame *caller = vm->frame, *f = aml_alloc(vm, sizeof(*f));
	bool ok = true;

	if (!f)
		return false;
	if (vm->depth >= AML_MAX_DEPTH)
		return aml_stop(vm, "it is nested too deeply");
	f->scope = method;
	for (unsigned int i = 0; ok && i < method->arg; i++)
		ok = aml_term(vm, args, &f->arg[i]) && (f->arg[i].type != AML_BITS || aml_fetch(vm, &f->arg[i]));
	vm->depth++;
	vm->frame = f;
	ok = ok && run(vm, method, out);
	vm->frame = caller;
	vm->depth--;
	return ok;
}

bool aml_term_in(struct aml_vm *vm, struct aml_node *scope, struct cursor *c, struct aml_value *out)
{
	struct aml_frame *caller = vm->frame, *f = aml_alloc(vm, sizeof(*f));
	bool ok;

	if (!f)
		return false;
	f->scope = scope;
	vm->frame = f;
	ok = aml_term(vm, c, out);
	vm->frame = caller;
	return ok;
}

/* Evaluations */

static struct aml_vm *begin(struct aml_namespace *ns)
{
	struct aml_vm *vm = ns->work;

	for (struct aml_touched *t = ns->touched; t; t = t->next)
		t->node->now = NULL;
	ns->touched = NULL;
	ns->problem = NULL;
	if (!vm) {
		ns->problem = "there is no memory to evaluate it in";
		return NULL;
	}
	/* Not all of it: 3 KiB of blocks, some hundred times at boot. */
	vm->ns = ns;
	vm->frame = NULL;
	vm->nr_steps = vm->depth = vm->nr_blocks = 0;
	vm->arena = (u8 *)(vm + 1);
	vm->arena_end = (u8 *)ns->work + AML_WORK_SIZE;
	ns->is_running = true;
	return vm;
}

static void end(struct aml_namespace *ns)
{
	aml_forget(ns, ns->nr_declared);
	ns->is_running = false;
}

int aml_predicate(struct aml_namespace *ns, struct aml_node *scope, struct cursor *c)
{
	struct aml_vm *vm = begin(ns);
	struct aml_value v;
	bool ok;

	if (!vm)
		return -1;
	vm->depth = AML_MAX_DEPTH - AML_LOAD_DEPTH;
	ok = aml_term_in(vm, scope, c, &v) && aml_to_integer(vm, &v);
	end(ns);
	return ok ? v.number != 0 : -1;
}

int aml_eval(struct aml_namespace *ns, struct aml_node *of, const char *name, struct aml_value *out)
{
	struct aml_node *n;
	struct aml_vm *vm;
	bool ok;

	n = ns->nr ? aml_child(ns, of ? of : &ns->node[0], (const u8 *)name) : NULL;
	if (!n)
		return -ENOENT;
	vm = begin(ns);
	if (!vm)
		return -EINVAL;
	ok = aml_node_value(vm, n, out);
	for (int i = 0; ok && i < 3 && out->type >= AML_BITS; i++)
		ok = aml_fetch(vm, out);
	end(ns);
	return ok ? 0 : -EINVAL;
}

bool aml_has(const struct aml_namespace *ns, const struct aml_node *of, const char *name)
{
	return aml_child(ns, of, (const u8 *)name) != NULL;
}

u64 aml_integer(struct aml_namespace *ns, struct aml_node *of, const char *name, u64 otherwise)
{
	struct aml_value v;

	return aml_eval(ns, of, name, &v) || v.type != AML_INTEGER ? otherwise : v.number;
}

/* EISA identifiers are compressed: three letters of five bits, four hexadecimal digits (6.1.5). */
static bool copy_id(char id[AML_ID], const struct aml_value *v)
{
	static const char hex[] = "0123456789ABCDEF";
	u32 n = __builtin_bswap32((u32)v->number);

	if (v->type == AML_INTEGER) {
		for (int i = 0; i < 3; i++)
			id[i] = (char)('@' + (n >> (26 - 5 * i) & 31));
		for (int i = 0; i < 4; i++)
			id[3 + i] = hex[n >> (12 - 4 * i) & 15];
		id[7] = '\0';
		return true;
	}
	if (v->type != AML_STRING || !v->size)
		return false;
	for (n = 0; n < min(v->size, AML_ID - 1U); n++)
		id[n] = v->data[n] > ' ' && v->data[n] <= '~' ? (char)v->data[n] : '?';
	id[n] = '\0';
	return true;
}

bool aml_id(struct aml_namespace *ns, struct aml_node *of, const char *name, unsigned int i, char id[AML_ID])
{
	struct aml_value v;

	id[0] = '\0';
	if (aml_eval(ns, of, name, &v))
		return false;
	if (v.type != AML_PACKAGE)
		return i == 0 && copy_id(id, &v);
	return i < v.size && copy_id(id, &v.slot[i]);
}
