// SPDX-License-Identifier: MIT
/*
 * Fields: of buffers (ACPI 6.5, 19.6.20 ...), and of regions (19.6.100), which are read in three spaces only: memory that the
 * caller allows, and PCI configuration space. Ports are not read: many answer once, or count.
 */
#include "aml_internal.h"

#define SPACE_MEMORY 0
#define SPACE_IO 1
#define SPACE_PCI 2
#define MAX_BRIDGES 8
#define PCI_BUSES 0x18

static u64 bits_of(const u8 *data, u64 first, u32 n)
{
	u64 v = 0;

	for (u32 i = 0; i < n; i++)
		v |= (u64)(data[(first + i) / 8] >> (first + i) % 8 & 1) << i;
	return v;
}

/* Up to an integer's width a number, else a buffer. */
bool aml_read_bits(struct aml_vm *vm, const struct aml_value *b, struct aml_value *out)
{
	struct aml_value v = { .type = AML_BUFFER, .size = (b->size + 7) / 8 };

	if (b->size <= (vm->ns->is_32bit ? 32 : 64)) {
		*out = (struct aml_value){ .type = AML_INTEGER, .number = bits_of(b->data, b->number, b->size) };
		return true;
	}
	v.data = aml_alloc(vm, v.size);
	if (!v.data)
		return false;
	for (u32 i = 0; i < v.size; i++)
		v.data[i] = (u8)bits_of(b->data, b->number + 8ULL * i, min(8U, b->size - 8 * i));
	*out = v;
	return true;
}

void aml_write_bits(const struct aml_value *b, u64 v)
{
	for (u32 i = 0; i < b->size; i++) {
		u8 *byte = &b->data[(b->number + i) / 8], mask = (u8)(1 << (b->number + i) % 8);

		*byte = (u8)((*byte & ~mask) | (i < 64 && v >> i & 1 ? mask : 0));
	}
}

bool aml_create_bits(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out)
{
	static const u8 width[] = { [OP_CREATE_DWORD - OP_CREATE_DWORD] = 32, [OP_CREATE_WORD - OP_CREATE_DWORD] = 16,
		[OP_CREATE_BYTE - OP_CREATE_DWORD] = 8, [OP_CREATE_BIT - OP_CREATE_DWORD] = 1, [OP_CREATE_QWORD - OP_CREATE_DWORD] = 64 };
	bool in_bits = op == OP_CREATE_BIT || op == EXT_CREATE_FIELD;
	struct aml_value buffer;
	u64 at, n;

	if (!aml_term(vm, c, &buffer) || (buffer.type >= AML_BITS && !aml_fetch(vm, &buffer)) || !aml_number(vm, c, &at))
		return false;
	n = op == EXT_CREATE_FIELD ? 0 : width[op - OP_CREATE_DWORD];
	if (op == EXT_CREATE_FIELD && !aml_number(vm, c, &n))
		return false;
	if (buffer.type != AML_BUFFER || at > buffer.size * 8ULL || n == 0)
		return aml_stop(vm, "it makes a field of what is no buffer, or outside of it");
	at *= in_bits ? 1 : 8;
	if (n > buffer.size * 8ULL || at > buffer.size * 8ULL - n)
		return aml_stop(vm, "it makes a field of what is no buffer, or outside of it");
	*out = (struct aml_value){ .type = AML_BITS, .data = buffer.data, .number = at, .size = (u32)n };
	return true;
}

/* A number of @of, from inside an evaluation. */
static bool number_of(struct aml_vm *vm, struct aml_node *of, const char *name, u64 *n)
{
	struct aml_node *node = aml_child(vm->ns, of, (const u8 *)name);
	struct aml_value v;

	*n = 0;
	if (!node)
		return true;
	if (!aml_node_value(vm, node, &v) || !aml_to_integer(vm, &v))
		return false;
	*n = v.number;
	return true;
}

static bool is_root_bus(struct aml_namespace *ns, struct aml_node *n)
{
	return aml_child(ns, n, (const u8 *)"_BBN") || !n->parent || n->parent->kind != AML_DEVICE;
}

/* Where in configuration space the device is that @region belongs to: down from the root bus, through bridges. */
static bool pci_address(struct aml_vm *vm, const struct aml_node *region, u16 *segment, u8 *bus, u8 *devfn)
{
	struct aml_node *on_way[MAX_BRIDGES], *n = region->parent;
	unsigned int depth = 0;
	u64 v, adr = 0;
	u32 buses;

	while (n && n->kind != AML_DEVICE)
		n = n->parent;
	for (; n && !is_root_bus(vm->ns, n) && depth < MAX_BRIDGES; n = n->parent)
		on_way[depth++] = n;
	if (!n || !is_root_bus(vm->ns, n))
		return aml_stop(vm, "it reads PCI configuration space of no device that is known");
	if (!number_of(vm, n, "_SEG", &v))
		return false;
	*segment = (u16)v;
	if (!number_of(vm, n, "_BBN", &v) || (depth == 0 && !number_of(vm, n, "_ADR", &adr)))
		return false;
	*bus = (u8)v;
	while (depth--) {
		if (!number_of(vm, on_way[depth], "_ADR", &adr))
			return false;
		if (!depth)
			break;
		if (!vm->ns->access->pci(*segment, *bus, (u8)(adr >> 13 & 0xf8) | (adr & 7), PCI_BUSES, &buses))
			return aml_stop(vm, "it reads PCI configuration space of no device that is known");
		*bus = (u8)(buses >> 8);
	}
	*devfn = (u8)((adr >> 13 & 0xf8) | (adr & 7));
	return true;
}

static bool read_pci(struct aml_vm *vm, const struct aml_node *region, u64 at, u8 *to, u32 n)
{
	u16 segment;
	u8 bus, devfn;
	u32 v;

	if (!pci_address(vm, region, &segment, &bus, &devfn))
		return false;
	for (u32 i = 0; i < n; i++) {
		if (at + i >= 256 || !vm->ns->access->pci(segment, bus, devfn, (u16)((at + i) & ~3ULL), &v))
			return aml_stop(vm, "it reads PCI configuration space that is not to be had");
		to[i] = (u8)(v >> (at + i) % 4 * 8);
	}
	return true;
}

static bool read_memory(struct aml_vm *vm, u64 at, u8 *to, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (at + i < at || !vm->ns->access->memory(at + i, &to[i]))
			return aml_stop(vm, "it reads memory that the firmware's map does not give to its tables");
	return true;
}

/* Offset and length: a method's own region has them as numbers already. */
static bool region_place(struct aml_vm *vm, const struct aml_node *region, u64 *base, u64 *length)
{
	struct cursor c = { region->aml, region->end };
	struct aml_value at = { .type = AML_NONE }, size = { .type = AML_NONE };
	bool ok;

	if (region->now) {
		*base = region->now->slot[0].number;
		*length = region->now->slot[1].number;
		return true;
	}
	vm->depth += AML_DEPTH_OF_FIELD;
	ok = aml_term_in(vm, region->parent, &c, &at) && aml_to_integer(vm, &at) && aml_term_in(vm, region->parent, &c, &size) && aml_to_integer(vm, &size);
	vm->depth -= AML_DEPTH_OF_FIELD;
	*base = at.number;
	*length = size.number;
	return ok;
}

bool aml_is_post_code(struct aml_vm *vm, const struct aml_node *f)
{
	u64 base, length;

	return f->target && f->target->kind == AML_REGION && f->target->arg == SPACE_IO && (f->target->aml || f->target->now) &&
		region_place(vm, f->target, &base, &length) && base == 0x80 && length <= 4;
}

bool aml_read_field(struct aml_vm *vm, const struct aml_node *f, struct aml_value *out)
{
	const u32 first = f->first_bit / 8, n = f->first_bit % 8 ? (f->first_bit % 8 + f->nr_bits + 7) / 8 : (f->nr_bits + 7) / 8;
	const struct aml_node *region = f->target;
	struct aml_value bits = { .number = f->first_bit % 8, .size = f->nr_bits };
	u64 base, length;

	if (!aml_step(vm))
		return false;
	if (!region || region->kind != AML_REGION || (!region->aml && !region->now) || !vm->ns->access)
		return aml_stop(vm, "it reads a region that is not known");
	if (f->nr_bits == 0 || f->nr_bits > 8 * 4096)
		return aml_stop(vm, "it reads a field that is empty, or too long");
	if (!region_place(vm, region, &base, &length))
		return false;
	if ((u64)first + n > length)
		return aml_stop(vm, "it reads behind a region's end");
	bits.data = aml_alloc(vm, n);
	if (!bits.data)
		return false;
	if (region->arg != SPACE_MEMORY && region->arg != SPACE_PCI)
		return aml_stop(vm, "it reads a port or a controller's register");
	if (region->arg == SPACE_PCI ? !read_pci(vm, region, base + first, bits.data, n) : !read_memory(vm, base + first, bits.data, n))
		return false;
	return aml_read_bits(vm, &bits, out);
}
