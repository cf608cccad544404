// SPDX-License-Identifier: MIT
/*
 * Values (ACPI 6.5, 19.3.5): copies, conversions, where they are stored. Names keep the type that they were declared with. What an
 * evaluation makes lies in its arena and goes with it.
 */
#include "aml_internal.h"

void *aml_alloc(struct aml_vm *vm, u64 size)
{
	u64 room = (u64)(vm->arena_end - vm->arena);
	u8 *p = vm->arena;

	size = (size + 7) & ~7ULL;
	if (size > room) {
		aml_stop(vm, "it takes more memory than this kernel gives it");
		return NULL;
	}
	vm->arena += size;
	memset(p, 0, size);
	return p;
}

bool aml_copy(struct aml_vm *vm, struct aml_value *v)
{
	bool is_package = v->type == AML_PACKAGE;
	u64 size = is_package ? v->size * sizeof(struct aml_value) : v->size;
	void *p;

	if (v->type != AML_STRING && v->type != AML_BUFFER && !is_package)
		return true;
	p = aml_alloc(vm, size);
	if (!p)
		return false;
	if (size)
		memcpy(p, v->data, size);
	v->data = p;
	return true;
}

bool aml_fetch(struct aml_vm *vm, struct aml_value *v)
{
	struct aml_value from = *v;

	switch (v->type) {
	case AML_AT_SLOT: *v = *from.slot; return true;
	case AML_AT_BYTE: *v = (struct aml_value){ .type = AML_INTEGER, .number = *from.data }; return true;
	case AML_AT_NODE: return aml_node_value(vm, from.node, v);
	case AML_BITS: return aml_read_bits(vm, &from, v);
	default: return true;
	}
}

static u64 hex_of(const struct aml_value *v)
{
	u64 n = 0;

	for (u32 i = v->size > 2 && v->data[0] == '0' && (v->data[1] | 32) == 'x' ? 2 : 0; i < v->size; i++) {
		u8 c = v->data[i] | 32;

		if (c >= '0' && c <= '9')
			n = n << 4 | (u64)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (u64)(c - 'a' + 10);
		else
			break;
	}
	return n;
}

bool aml_to_integer(struct aml_vm *vm, struct aml_value *v)
{
	const unsigned int width = vm->ns->is_32bit ? 4 : 8;
	u64 n;

	for (int i = 0; i < 3 && v->type >= AML_BITS; i++)      /* a reference may lead to another one */
		if (!aml_fetch(vm, v))
			return false;
	if (v->type == AML_INTEGER)
		n = v->number;
	else if (v->type == AML_BUFFER)
		n = get_le(v->data, min(v->size, width));
	else if (v->type == AML_STRING)
		n = hex_of(v);
	else
		return aml_stop(vm, "it wants a number where there is none");
	*v = (struct aml_value){ .type = AML_INTEGER, .number = vm->ns->is_32bit ? (u32)n : n };
	return true;
}

bool aml_set_now(struct aml_vm *vm, struct aml_node *n, struct aml_value *now)
{
	struct aml_touched *t;

	if (!n->now) {
		t = aml_alloc(vm, sizeof(*t));
		if (!t)
			return false;
		*t = (struct aml_touched){ .node = n, .next = vm->ns->touched };
		vm->ns->touched = t;
	}
	n->now = now;
	return true;
}

/* The first use of a name: what its bytes in the table are. */
static bool as_declared(struct aml_vm *vm, struct aml_node *n)
{
	struct aml_frame *caller = vm->frame, *f = aml_alloc(vm, sizeof(*f));
	struct aml_value *now = aml_alloc(vm, sizeof(*now));
	struct cursor c = { n->aml, n->end };
	bool ok;

	if (!f || !now)
		return false;
	f->scope = n->parent;
	vm->frame = f;
	ok = n->kind == AML_NAME ? aml_term(vm, &c, now) : aml_create_bits(vm, n->arg, &c, now);
	vm->frame = caller;
	return ok && aml_set_now(vm, n, now);
}

bool aml_node_value(struct aml_vm *vm, struct aml_node *n, struct aml_value *out)
{
	switch (n->kind) {
	case AML_NAME: case AML_BUFFER_FIELD:
		if (!n->now && (!aml_step(vm) || !as_declared(vm, n)))
			return false;
		*out = *n->now;
		return out->type != AML_BITS || aml_fetch(vm, out);
	case AML_FIELD: return aml_read_field(vm, n, out);
	case AML_INDEX_FIELD: return aml_stop(vm, "it reads registers that an index selects: that would be a write");
	case AML_METHOD:
		if (n->arg == 0)
			return aml_call(vm, n, NULL, out);
		return aml_stop(vm, "it wants the value of a method");
	default:
		*out = (struct aml_value){ .type = AML_AT_NODE, .node = n };
		return true;
	}
}

/* A name that was declared as a number stays one; as a buffer, it keeps its size (19.3.5.7). */
static bool store_in_name(struct aml_vm *vm, struct aml_node *n, struct aml_value v)
{
	struct aml_value old, *now;

	if (n->kind == AML_BUFFER_FIELD) {
		if (!aml_node_value(vm, n, &old))       /* makes it, too */
			return false;
		if (n->now->type == AML_BITS && aml_to_integer(vm, &v)) {
			aml_write_bits(n->now, v.number);
			return true;
		}
		return aml_stop(vm, "it stores what is no number in a buffer's field");
	}
	if (n->kind == AML_FIELD && aml_is_post_code(vm, n))
		return true;
	if (n->kind != AML_NAME)
		return aml_stop(vm, n->kind == AML_FIELD || n->kind == AML_INDEX_FIELD ? "it computes by writing to a device" :
				"it stores in what can't be stored in");
	if (!aml_node_value(vm, n, &old))
		return false;
	if (old.type == AML_INTEGER && !aml_to_integer(vm, &v))
		return false;
	if (old.type == AML_BUFFER && (v.type == AML_BUFFER || v.type == AML_STRING)) {
		u32 same = min(old.size, v.size);

		if (old.size) {
			memmove(old.data, v.data, same);
			memset(old.data + same, 0, old.size - same);
			return true;
		}
	}
	now = aml_alloc(vm, sizeof(*now));
	if (!now || !aml_copy(vm, &v))
		return false;
	*now = v;
	return aml_set_now(vm, n, now);
}

bool aml_store(struct aml_vm *vm, const struct aml_value *place, struct aml_value v)
{
	switch (place->type) {
	case AML_NONE:
		return true;
	case AML_AT_SLOT:
		/* An argument that is a reference: what it refers to (19.3.5.8). */
		if (place->slot >= vm->frame->arg && place->slot < vm->frame->arg + 7 && place->slot->type > AML_BITS &&
		    !(place->slot->type == AML_AT_SLOT && place->slot->slot >= vm->frame->arg && place->slot->slot < vm->frame->arg + 7)) {
			struct aml_value there = *place->slot;

			return there.type == AML_AT_NODE ? store_in_name(vm, there.node, v) : aml_store(vm, &there, v);
		}
		if (!aml_copy(vm, &v))
			return false;
		*place->slot = v;
		return true;
	case AML_AT_BYTE:
		if (!aml_to_integer(vm, &v))
			return false;
		*place->data = (u8)v.number;
		return true;
	case AML_AT_NODE:
		return store_in_name(vm, place->node, v);
	default:
		return aml_stop(vm, "it stores in what can't be stored in");
	}
}
