// SPDX-License-Identifier: MIT
/*
 * Terms that have a value (ACPI 6.5, 20.2.5.4): constants, locals, names, operators. What _CRS and _STA of PCs use; another
 * opcode stops the evaluation. A term inside a term is a C call: AML_MAX_DEPTH.
 */
#include "aml_internal.h"

bool aml_step(struct aml_vm *vm)
{
	vm->ns->nr_steps++;
	return ++vm->nr_steps <= AML_MAX_STEPS && vm->ns->nr_steps <= AML_MAX_TOTAL ? true : aml_stop(vm, "it runs for too long");
}

static bool cut(struct aml_vm *vm)
{
	return aml_stop(vm, "its bytes end too early, or are damaged");
}

static u64 narrow(const struct aml_vm *vm, u64 n)
{
	return vm->ns->is_32bit ? (u32)n : n;
}

static struct aml_value integer(const struct aml_vm *vm, u64 n)
{
	return (struct aml_value){ .type = AML_INTEGER, .number = narrow(vm, n) };
}

bool aml_number(struct aml_vm *vm, struct cursor *c, u64 *out)
{
	struct aml_value v;

	if (!aml_term(vm, c, &v) || !aml_to_integer(vm, &v))
		return false;
	*out = v.number;
	return true;
}

static struct aml_value *slot_of(struct aml_vm *vm, u8 op)
{
	return op < OP_ARG0 ? &vm->frame->local[op - OP_LOCAL0] : &vm->frame->arg[op - OP_ARG0];
}

static noinline bool index_term(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct aml_value v, place;
	u64 i;

	if (!aml_term(vm, c, &v) || (v.type >= AML_BITS && !aml_fetch(vm, &v)) || !aml_number(vm, c, &i))
		return false;
	if ((v.type != AML_BUFFER && v.type != AML_STRING && v.type != AML_PACKAGE) || i >= v.size)
		return aml_stop(vm, "it indexes outside of a buffer or package");
	*out = (struct aml_value){ .type = v.type == AML_PACKAGE ? AML_AT_SLOT : AML_AT_BYTE };
	if (v.type == AML_PACKAGE)
		out->slot = v.slot + i;
	else
		out->data = v.data + i;
	return aml_place(vm, c, &place) && aml_store(vm, &place, *out);
}

/* What the interpreter knows without a table (5.7). */
static noinline bool predefined(struct aml_vm *vm, const struct path *path, struct cursor *c, struct aml_value *out)
{
	struct aml_value v;

	if (path->nr == 1 && !memcmp(path->segment, "_OSI", 4)) {
		if (!aml_term(vm, c, &v) || (v.type >= AML_BITS && !aml_fetch(vm, &v)))
			return false;
		/* As Linux answers: every Windows that firmware asks for, since that is what firmware was tested with. */
		*out = integer(vm, v.type == AML_STRING && v.size >= 8 && !memcmp(v.data, "Windows ", 8) ? ~0ULL : 0);
		return true;
	}
	if (path->nr == 1 && !memcmp(path->segment, "_OS_", 4)) {
		*out = (struct aml_value){ .type = AML_STRING, .size = 20, .data = (u8 *)"Microsoft Windows NT" };
		return aml_copy(vm, out);
	}
	if (path->nr == 1 && !memcmp(path->segment, "_REV", 4)) {
		*out = integer(vm, 2);
		return true;
	}
	return aml_stop(vm, "it uses a name that no table declares");
}

static bool name_term(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct aml_node *n;
	struct path path;

	if (!aml_take_path(c, &path) || !path.nr)
		return cut(vm);
	n = aml_find(vm->ns, vm->frame->scope, &path);
	if (!n)
		return predefined(vm, &path, c, out);
	return n->kind == AML_METHOD ? aml_call(vm, n, c, out) : aml_node_value(vm, n, out);
}

bool aml_place(struct aml_vm *vm, struct cursor *c, struct aml_value *place)
{
	struct path path;
	u8 op;

	*place = (struct aml_value){ .type = AML_NONE };
	if (!aml_take(c, &op))
		return cut(vm);
	if (op >= OP_LOCAL0 && op <= OP_ARG6) {
		*place = (struct aml_value){ .type = AML_AT_SLOT, .slot = slot_of(vm, op) };
		return true;
	}
	if (op == OP_ZERO)      /* NullName */
		return true;
	if (op == OP_EXT && c->p < c->end && *c->p == EXT_DEBUG) {
		c->p++;
		return true;
	}
	c->p--;
	if (op == OP_INDEX || op == OP_REF_OF || op == OP_DEREF_OF)
		return aml_term(vm, c, place) && (place->type > AML_BITS || aml_stop(vm, "it stores in what can't be stored in"));
	if (!aml_starts_name(op) || !aml_take_path(c, &path))
		return cut(vm);
	*place = (struct aml_value){ .type = AML_AT_NODE, .node = aml_find(vm->ns, vm->frame->scope, &path) };
	return place->node || aml_stop(vm, "it uses a name that no table declares");
}

/* Target behind a result. */
static bool result(struct aml_vm *vm, struct cursor *c, struct aml_value v, struct aml_value *out)
{
	struct aml_value place;

	*out = v;
	return aml_place(vm, c, &place) && aml_store(vm, &place, v);
}

static u64 highest_bit(u64 n)
{
	return n ? 64 - (u64)__builtin_clzll(n) : 0;
}

static noinline bool binary(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	const u64 width = vm->ns->is_32bit ? 32 : 64;
	struct aml_value ignored;
	u64 a, b, r = 0;

	if (!aml_number(vm, c, &a) || !aml_number(vm, c, &b))
		return false;
	if ((op == OP_DIVIDE || op == OP_MOD) && b == 0)
		return aml_stop(vm, "it divides by 0");
	switch (op) {
	case OP_ADD: r = a + b; break;
	case OP_SUBTRACT: r = a - b; break;
	case OP_MULTIPLY: r = a * b; break;
	case OP_DIVIDE:
		if (!result(vm, c, integer(vm, a % b), &ignored))
			return false;
		r = a / b;
		break;
	case OP_MOD: r = a % b; break;
	case OP_SHIFT_LEFT: r = b < width ? a << b : 0; break;
	case OP_SHIFT_RIGHT: r = b < width ? a >> b : 0; break;
	case OP_AND: r = a & b; break;
	case OP_NAND: r = ~(a & b); break;
	case OP_OR: r = a | b; break;
	case OP_NOR: r = ~(a | b); break;
	case OP_XOR: r = a ^ b; break;
	}
	return result(vm, c, integer(vm, r), out);
}

static noinline bool unary(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	u64 a;

	if (!aml_number(vm, c, &a))
		return false;
	if (op == OP_NOT)
		a = ~a;
	else if (op == OP_FIND_LEFT)
		a = highest_bit(a);
	else if (op == OP_FIND_RIGHT)
		a = a ? (u64)__builtin_ctzll(a) + 1 : 0;
	return result(vm, c, integer(vm, a), out);
}

static noinline bool step_by_one(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	struct aml_value place, v;

	if (!aml_place(vm, c, &place))
		return false;
	v = place;
	if (!aml_to_integer(vm, &v))
		return false;
	*out = integer(vm, op == OP_INCREMENT ? v.number + 1 : v.number - 1);
	return aml_store(vm, &place, *out);
}

static noinline bool compare(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	struct aml_value a, b;
	int sign;

	if (!aml_term(vm, c, &a) || (a.type >= AML_BITS && !aml_fetch(vm, &a)) || !aml_term(vm, c, &b) || (b.type >= AML_BITS && !aml_fetch(vm, &b)))
		return false;
	if (a.type == b.type && (a.type == AML_STRING || a.type == AML_BUFFER)) {
		sign = min(a.size, b.size) ? memcmp(a.data, b.data, min(a.size, b.size)) : 0;
		if (!sign)
			sign = (a.size > b.size) - (a.size < b.size);
	} else {
		if (!aml_to_integer(vm, &a) || !aml_to_integer(vm, &b))
			return false;
		sign = (a.number > b.number) - (a.number < b.number);
	}
	*out = integer(vm, (op == OP_LEQUAL ? sign == 0 : op == OP_LGREATER ? sign > 0 : sign < 0) ? ~0ULL : 0);
	return true;
}

/* LAnd, LOr: both sides are evaluated, as ACPICA does. LNot. */
static noinline bool logic(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	u64 a, b = 0;

	if (!aml_number(vm, c, &a) || (op != OP_LNOT && !aml_number(vm, c, &b)))
		return false;
	*out = integer(vm, (op == OP_LNOT ? !a : op == OP_LAND ? a && b : a || b) ? ~0ULL : 0);
	return true;
}

/* Buffer: its size is a term; Package: elements are constants, names stay names until they are used. */
static noinline bool buffer(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct cursor inner;
	u64 size;

	if (!aml_take_package(c, &inner))
		return cut(vm);
	if (!aml_number(vm, &inner, &size))
		return false;
	size = max(size, (u64)(inner.end - inner.p));
	if (size > AML_WORK_SIZE)
		return aml_stop(vm, "it takes more memory than this kernel gives it");
	*out = (struct aml_value){ .type = AML_BUFFER, .size = (u32)size };
	out->data = aml_alloc(vm, size);
	if (!out->data)
		return false;
	memcpy(out->data, inner.p, (size_t)(inner.end - inner.p));
	return true;
}

static noinline bool package(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	struct cursor inner;
	struct path path;
	u64 n;

	if (!aml_take_package(c, &inner))
		return cut(vm);
	if (op == OP_PACKAGE ? !aml_take_number(&inner, 1, &n) && cut(vm) : !aml_number(vm, &inner, &n))
		return false;
	*out = (struct aml_value){ .type = AML_PACKAGE, .size = (u32)min(n, 0xffffULL) };
	out->slot = aml_alloc(vm, out->size * sizeof(struct aml_value));
	if (!out->slot)
		return false;
	for (u32 i = 0; i < out->size && inner.p < inner.end; i++) {
		struct aml_value *e = &out->slot[i];

		if (aml_starts_name(*inner.p)) {
			if (!aml_take_path(&inner, &path))
				return cut(vm);
			e->node = aml_find(vm->ns, vm->frame->scope, &path);
			e->type = e->node ? AML_AT_NODE : AML_NONE;
		} else if (!aml_term(vm, &inner, e)) {
			return false;
		}
	}
	return true;
}

static noinline bool sized(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	static const u8 acpi_type[] = { [AML_NONE] = 0, [AML_INTEGER] = 1, [AML_STRING] = 2, [AML_BUFFER] = 3, [AML_PACKAGE] = 4 };
	struct aml_value v;

	if (!aml_place(vm, c, &v) || !aml_fetch(vm, &v) || (v.type >= AML_BITS && !aml_fetch(vm, &v)))
		return false;
	if (v.type > AML_PACKAGE)
		return aml_stop(vm, "it asks for the size or type of what has none here");
	*out = integer(vm, op == OP_OBJECT_TYPE ? acpi_type[v.type] : v.type == AML_INTEGER ? (vm->ns->is_32bit ? 4 : 8) : v.size);
	return true;
}

/* ConcatenateResTemplate: both without their end tags, and one behind (19.6.13). */
static noinline bool concat_templates(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct aml_value a, b;
	u32 na, nb;

	if (!aml_term(vm, c, &a) || (a.type >= AML_BITS && !aml_fetch(vm, &a)) || !aml_term(vm, c, &b) || (b.type >= AML_BITS && !aml_fetch(vm, &b)))
		return false;
	if (a.type != AML_BUFFER || b.type != AML_BUFFER)
		return aml_stop(vm, "it joins what are no resource templates");
	na = a.size >= 2 && a.data[a.size - 2] == 0x79 ? a.size - 2 : a.size;
	nb = b.size >= 2 && b.data[b.size - 2] == 0x79 ? b.size - 2 : b.size;
	*out = (struct aml_value){ .type = AML_BUFFER, .size = na + nb + 2 };
	out->data = aml_alloc(vm, out->size);
	if (!out->data)
		return false;
	if (na)
		memcpy(out->data, a.data, na);
	if (nb)
		memcpy(out->data + na, b.data, nb);
	out->data[na + nb] = 0x79;
	return result(vm, c, *out, out);
}

/* Mid, ToBuffer, ToInteger. */
static noinline bool convert(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	struct aml_value v;
	u64 at = 0, n = 0;

	if (!aml_term(vm, c, &v) || (v.type >= AML_BITS && !aml_fetch(vm, &v)))
		return false;
	if (op == OP_MID && (!aml_number(vm, c, &at) || !aml_number(vm, c, &n)))
		return false;
	if (op == OP_TO_INTEGER || (op == OP_TO_BUFFER && v.type == AML_INTEGER)) {
		if (!aml_to_integer(vm, &v))
			return false;
	} else if (v.type != AML_BUFFER && v.type != AML_STRING) {
		return aml_stop(vm, "it takes a part of what is no buffer");
	}
	if (op == OP_TO_BUFFER && v.type == AML_INTEGER) {
		u64 number = v.number;

		v = (struct aml_value){ .type = AML_BUFFER, .size = vm->ns->is_32bit ? 4 : 8, .data = aml_alloc(vm, 8) };
		for (u32 i = 0; v.data && i < v.size; i++)
			v.data[i] = (u8)(number >> 8 * i);
	} else if (op == OP_TO_BUFFER) {
		v.type = AML_BUFFER;
	} else if (op == OP_MID) {
		at = min(at, (u64)v.size);
		v.data += at;
		v.size = (u32)min(n, v.size - at);
	}
	return (v.type == AML_INTEGER || v.data || !v.size) && aml_copy(vm, &v) && result(vm, c, v, out);
}

static noinline bool ext_term(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct aml_value place;
	struct path path;
	u64 timeout;
	u8 op;

	if (!aml_take(c, &op))
		return cut(vm);
	switch (op) {
	case EXT_REVISION:
		*out = integer(vm, 0x20220331);
		return true;
	case EXT_ACQUIRE:
		*out = integer(vm, 0);  /* nobody else is there */
		return aml_place(vm, c, &place) && (aml_take_number(c, 2, &timeout) || cut(vm));
	case EXT_COND_REF_OF:
		place = (struct aml_value){ .type = AML_NONE };
		if (c->p < c->end && aml_starts_name(*c->p)) {
			if (!aml_take_path(c, &path))
				return cut(vm);
			place.node = aml_find(vm->ns, vm->frame->scope, &path);
			place.type = place.node ? AML_AT_NODE : AML_NONE;
		} else if (!aml_place(vm, c, &place)) {
			return false;
		}
		*out = place;
		if (place.type == AML_NONE ? !aml_place(vm, c, out) : !result(vm, c, place, out))
			return false;
		*out = integer(vm, place.type == AML_NONE ? 0 : ~0ULL);
		return true;
	default:
		return aml_stop(vm, "it uses an operation that this kernel does not know, or does not want done");
	}
}

static noinline bool reference(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	struct path path;

	if (op == OP_REF_OF)
		return aml_place(vm, c, out);
	if (!aml_term(vm, c, out))
		return false;
	if (out->type == AML_STRING) {  /* a name in words */
		struct cursor name = { out->data, out->data + out->size };

		if (!aml_take_path(&name, &path) || !(out->node = aml_find(vm->ns, vm->frame->scope, &path)))
			return aml_stop(vm, "it uses a name that no table declares");
		out->type = AML_AT_NODE;
	}
	return aml_fetch(vm, out);
}

static noinline bool store(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	struct aml_value place;

	return aml_term(vm, c, out) && (out->type != AML_BITS || aml_fetch(vm, out)) && aml_place(vm, c, &place) && aml_store(vm, &place, *out);
}

static bool constant(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	u64 n = op == OP_ONES ? ~0ULL : op;

	if (op >= OP_BYTE && op != OP_STRING && !(op == OP_ONES) &&
	    !aml_take_number(c, op == OP_BYTE ? 1 : op == OP_WORD ? 2 : op == OP_DWORD ? 4 : 8, &n))
		return cut(vm);
	*out = integer(vm, n);
	return true;
}

static bool string(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	const u8 *start = c->p;
	u8 end;

	while (c->p < c->end && *c->p)
		c->p++;
	*out = (struct aml_value){ .type = AML_STRING, .size = (u32)(c->p - start), .data = (u8 *)start };
	return aml_take(c, &end) ? aml_copy(vm, out) : cut(vm);
}

static bool term(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	u8 op;

	if (!aml_take(c, &op))
		return cut(vm);
	switch (op) {
	case OP_ZERO: case OP_ONE: case OP_BYTE: case OP_WORD: case OP_DWORD: case OP_QWORD: case OP_ONES: return constant(vm, op, c, out);
	case OP_STRING: return string(vm, c, out);
	case OP_BUFFER: return buffer(vm, c, out);
	case OP_PACKAGE: case OP_VAR_PACKAGE: return package(vm, op, c, out);
	case OP_LOCAL0 ... OP_ARG6:
		*out = *slot_of(vm, op);
		return true;
	case OP_STORE: case OP_COPY: return store(vm, c, out);
	case OP_REF_OF: case OP_DEREF_OF: return reference(vm, op, c, out);
	case OP_ADD: case OP_SUBTRACT: case OP_MULTIPLY ... OP_XOR: case OP_MOD: return binary(vm, op, c, out);
	case OP_INCREMENT: case OP_DECREMENT: return step_by_one(vm, op, c, out);
	case OP_NOT: case OP_FIND_LEFT: case OP_FIND_RIGHT: return unary(vm, op, c, out);
	case OP_CONCAT_RES: return concat_templates(vm, c, out);
	case OP_SIZE_OF: case OP_OBJECT_TYPE: return sized(vm, op, c, out);
	case OP_INDEX: return index_term(vm, c, out);
	case OP_LAND: case OP_LOR: case OP_LNOT: return logic(vm, op, c, out);
	case OP_LEQUAL: case OP_LGREATER: case OP_LLESS: return compare(vm, op, c, out);
	case OP_TO_BUFFER: case OP_TO_INTEGER: case OP_MID: return convert(vm, op, c, out);
	case OP_EXT: return ext_term(vm, c, out);
	default:
		c->p--;
		return aml_starts_name(op) ? name_term(vm, c, out) :
			aml_stop(vm, "it uses an operation that this kernel does not know, or does not want done");
	}
}

bool aml_term(struct aml_vm *vm, struct cursor *c, struct aml_value *out)
{
	bool ok;

	*out = (struct aml_value){ .type = AML_NONE };
	if (!aml_step(vm))
		return false;
	if (vm->depth >= AML_MAX_DEPTH)
		return aml_stop(vm, "it is nested too deeply");
	vm->depth++;
	ok = term(vm, c, out);
	vm->depth--;
	return ok;
}
