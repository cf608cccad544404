// SPDX-License-Identifier: MIT
/*
 * A walk over AML's declarations: scopes and devices are entered, names with constant values are read, methods,
 * fields and packages are stepped over by their length. At the first byte that is neither, the rest of
 * that package is given up: nothing is guessed. Encodings: ACPI 6.4, 20.2. The parser knows one form of
 * each declaration; what is inside If is left out, since its condition is not evaluated.
 */
#include <drivers/aml.h>
#include <lib/string.h>

#include "internal.h"

#define MAX_DEPTH 16

#define OP_ZERO 0x00
#define OP_ONE 0x01
#define OP_ALIAS 0x06
#define OP_NAME 0x08
#define OP_BYTE 0x0a
#define OP_WORD 0x0b
#define OP_DWORD 0x0c
#define OP_STRING 0x0d
#define OP_QWORD 0x0e
#define OP_SCOPE 0x10
#define OP_BUFFER 0x11
#define OP_PACKAGE 0x12
#define OP_VAR_PACKAGE 0x13
#define OP_METHOD 0x14
#define OP_EXTERNAL 0x15
#define OP_EXT 0x5b
#define OP_IF 0xa0
#define OP_ELSE 0xa1
#define OP_ONES 0xff
#define EXT_MUTEX 0x01
#define EXT_EVENT 0x02
#define EXT_REGION 0x80
#define EXT_FIELD 0x81
#define EXT_DEVICE 0x82
#define EXT_PROCESSOR 0x83
#define EXT_BANK_FIELD 0x87

/* What is left of the package that is being read. */
struct cursor {
	const u8 *p, *end;
};

struct value {
	bool is_number, is_string, is_buffer, is_package;
	u64 number;
	const u8 *data;                 /* buffer's bytes, package's elements, string's characters */
	u32 size;
};

/* A NameString (20.2.2), not yet looked up. */
struct path {
	bool is_absolute;
	unsigned int nr_up, nr;         /* carets; segments of four characters */
	const u8 *segment;
};

static bool take(struct cursor *c, u8 *byte)
{
	if (c->p == c->end)
		return false;
	*byte = *c->p++;
	return true;
}

/* PkgLength (20.2.4): leaves in *inner what the package holds after its length, and steps over it. */
static bool take_package(struct cursor *c, struct cursor *inner)
{
	const u8 *start = c->p;
	u32 length;
	u8 lead, more;

	if (!take(c, &lead))
		return false;
	length = lead >> 6 ? lead & 15 : lead & 63;
	for (int i = 0; i < lead >> 6; i++) {
		if (!take(c, &more))
			return false;
		length |= (u32)more << (4 + 8 * i);
	}
	if (length < (u32)(c->p - start) || length > (u32)(c->end - start))
		return false;
	*inner = (struct cursor){ c->p, start + length };
	c->p = start + length;
	return true;
}

static bool is_segment(const u8 *s)
{
	for (int i = 0; i < 4; i++) {
		if (!(s[i] >= 'A' && s[i] <= 'Z') && s[i] != '_' && !(i && s[i] >= '0' && s[i] <= '9'))
			return false;
	}
	return true;
}

static bool take_path(struct cursor *c, struct path *path)
{
	u8 lead;

	*path = (struct path){ 0 };
	for (; c->p < c->end && (*c->p == '\\' || *c->p == '^'); c->p++) {
		if (*c->p == '\\')
			path->is_absolute = true;
		else
			path->nr_up++;
	}
	if (!take(c, &lead))
		return false;
	path->nr = 1;
	if (lead == 0x2e) {
		path->nr = 2;
	} else if (lead == 0x2f) {
		if (!take(c, &lead) || lead == 0)
			return false;
		path->nr = lead;
	} else if ((lead >= 'A' && lead <= 'Z') || lead == '_') {
		c->p--;
	} else {
		path->nr = 0;
		return lead == 0;
	}
	if (path->nr * 4 > (u32)(c->end - c->p))
		return false;
	path->segment = c->p;
	for (; c->p < path->segment + path->nr * 4; c->p += 4) {
		if (!is_segment(c->p))
			return false;
	}
	return true;
}

static bool take_number(struct cursor *c, unsigned int bytes, struct value *v)
{
	if ((size_t)(c->end - c->p) < bytes)
		return false;
	v->is_number = true;
	v->number = get_le(c->p, bytes);
	c->p += bytes;
	return true;
}

/* BufferSize ByteList; the size has to be a constant to be of use. */
static void read_buffer(struct cursor inner, struct value *v);

/* A constant data object; false when it is something else (then *c is of no more use). */
static bool take_value(struct cursor *c, struct value *v)
{
	struct cursor inner;
	u8 op;

	*v = (struct value){ 0 };
	if (!take(c, &op))
		return false;
	switch (op) {
	case OP_ZERO: case OP_ONE: case OP_ONES:
		v->is_number = true;
		v->number = op == OP_ONES ? ~0ULL : op;
		return true;
	case OP_BYTE: return take_number(c, 1, v);
	case OP_WORD: return take_number(c, 2, v);
	case OP_DWORD: return take_number(c, 4, v);
	case OP_QWORD: return take_number(c, 8, v);
	case OP_STRING:
		v->is_string = true;
		v->data = c->p;
		while (c->p < c->end && *c->p)
			c->p++;
		v->size = (u32)(c->p - v->data);
		return take(c, &op);
	case OP_BUFFER:
		if (!take_package(c, &inner))
			return false;
		read_buffer(inner, v);
		return true;
	case OP_PACKAGE: case OP_VAR_PACKAGE:
		if (!take_package(c, &inner))
			return false;
		v->is_package = op == OP_PACKAGE && inner.p < inner.end;
		v->data = inner.p + v->is_package;      /* behind the number of elements */
		v->size = (u32)(inner.end - v->data);
		return true;
	default: {              /* a reference to something named elsewhere */
		struct path path;

		c->p--;
		return take_path(c, &path) && path.nr;
	}
	}
}

static void read_buffer(struct cursor inner, struct value *v)
{
	struct value size;

	if (inner.p == inner.end || *inner.p == OP_BUFFER || !take_value(&inner, &size) || !size.is_number)
		return;
	v->is_buffer = true;
	v->data = inner.p;
	v->size = (u32)min(size.number, (u64)(inner.end - inner.p));
}

/* EISA identifiers are compressed: three letters of five bits, four hexadecimal digits (6.1.5). */
static void copy_id(char id[9], const struct value *v)
{
	static const char hex[] = "0123456789ABCDEF";
	struct value first;
	u32 n;

	if (v->is_package) {
		struct cursor c = { v->data, v->data + v->size };

		if (take_value(&c, &first) && !first.is_package)
			copy_id(id, &first);
	} else if (v->is_string) {
		size_t len = min(v->size, 8U);

		memcpy(id, v->data, len);
		id[len] = '\0';
		for (size_t i = 0; i < len; i++) {
			if (id[i] <= ' ' || id[i] > '~')
				id[i] = '?';
		}
	} else if (v->is_number) {
		n = __builtin_bswap32((u32)v->number);
		for (int i = 0; i < 3; i++)
			id[i] = (char)('@' + (n >> (26 - 5 * i) & 31));
		for (int i = 0; i < 4; i++)
			id[3 + i] = hex[n >> (12 - 4 * i) & 15];
		id[7] = '\0';
	}
}

/* The namespace: ACPI 6.4, 5.3 */

static struct aml_node *find_child(const struct aml_node *parent, const u8 *segment)
{
	for (struct aml_node *n = parent->child; n; n = n->sibling) {
		if (!memcmp(n->name, segment, 4))
			return n;
	}
	return NULL;
}

static struct aml_node *new_node(struct aml_namespace *ns, struct aml_node *parent, const u8 *segment)
{
	struct aml_node *n;

	if (ns->nr == ns->max) {
		ns->nr_lost++;
		return NULL;
	}
	n = &ns->node[ns->nr++];
	*n = (struct aml_node){ .parent = parent };
	memcpy(n->name, segment, 4);
	if (parent->last_child)
		parent->last_child->sibling = n;
	else
		parent->child = n;
	parent->last_child = n;
	return n;
}

/*
 * The node that @path means in @scope, made when it is not there yet (a table may open a scope that another
 * one declares). Leaves out the last @nr_cut segments. A single name is looked for outwards too. NULL: no room.
 */
static struct aml_node *resolve(struct aml_namespace *ns, struct aml_node *scope, const struct path *path, unsigned int nr_cut)
{
	struct aml_node *at = path->is_absolute ? &ns->node[0] : scope;
	unsigned int nr = path->nr - min(nr_cut, path->nr);

	for (unsigned int i = 0; i < path->nr_up && at->parent; i++)
		at = at->parent;
	if (nr == 1 && !path->is_absolute && !path->nr_up) {
		for (struct aml_node *n = at; n; n = n->parent) {
			if (find_child(n, path->segment))
				return find_child(n, path->segment);
		}
	}
	for (unsigned int i = 0; i < nr && at; i++) {
		struct aml_node *child = find_child(at, path->segment + 4 * i);

		at = child ? child : new_node(ns, at, path->segment + 4 * i);
	}
	return at;
}

/* A device is declared where the path says, never found outwards. */
static struct aml_node *declare(struct aml_namespace *ns, struct aml_node *scope, const struct path *path)
{
	struct aml_node *parent, *n;
	const u8 *last;

	if (!path->nr)
		return NULL;
	last = path->segment + 4 * (path->nr - 1);
	parent = resolve(ns, scope, path, 1);
	if (!parent)
		return NULL;
	n = find_child(parent, last);
	return n ? n : new_node(ns, parent, last);
}

static void note_s5(struct aml_namespace *ns, const struct value *v)
{
	struct value a, b;
	struct cursor c;

	if (!v->is_package)
		return;
	c = (struct cursor){ v->data, v->data + v->size };
	if (!take_value(&c, &a) || !a.is_number)
		return;
	ns->has_s5 = true;
	ns->s5_a = ns->s5_b = a.number & 7;
	if (take_value(&c, &b) && b.is_number)
		ns->s5_b = b.number & 7;
}

static bool is_name(const struct path *path, const char *name)
{
	return path->nr && !memcmp(path->segment + 4 * (path->nr - 1), name, 4);
}

static void note_value(struct aml_namespace *ns, struct aml_node *n, const struct path *path, const struct value *v)
{
	if (is_name(path, "_HID"))
		copy_id(n->hid, v);
	else if (is_name(path, "_CID"))
		copy_id(n->cid, v);
	else if (is_name(path, "_BBN") && v->is_number)
		n->bus = (u32)v->number;
	else if (is_name(path, "_SEG") && v->is_number)
		n->segment = (u32)v->number;
	else if (is_name(path, "_STA") && v->is_number)
		n->is_absent = !(v->number & 1);
	else if (is_name(path, "_S5_") && !n->parent)
		note_s5(ns, v);
	if (!is_name(path, "_CRS"))
		return;
	n->has_crs = true;
	if (v->is_buffer) {
		n->crs = v->data;
		n->crs_size = v->size;
	}
}

static bool step(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth);

static void walk_list(struct aml_namespace *ns, struct cursor list, struct aml_node *scope, int depth)
{
	if (depth > MAX_DEPTH)
		return;
	while (list.p < list.end && step(ns, &list, scope, depth))
		;
}

/* Name, Method: what they give to the node that they belong to. */
static bool step_name(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, bool is_method)
{
	struct aml_node *owner;
	struct cursor inner = *c;
	struct path path;
	struct value v = { 0 };

	if (is_method && !take_package(c, &inner))
		return false;
	if (!take_path(is_method ? &inner : c, &path) || (!is_method && !take_value(c, &v)))
		return is_method;
	owner = path.nr > 1 || path.is_absolute || path.nr_up ? resolve(ns, scope, &path, 1) : scope;
	if (owner)
		note_value(ns, owner, &path, &v);
	return true;
}

/* Scope, Device: what is inside belongs to that node. */
static bool step_scope(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth, bool is_device)
{
	struct cursor inner;
	struct path path;
	struct aml_node *n;

	if (!take_package(c, &inner))
		return false;
	if (!take_path(&inner, &path))
		return true;
	n = is_device ? declare(ns, scope, &path) : resolve(ns, scope, &path, 0);
	if (!n)
		return true;
	n->is_device |= is_device;
	walk_list(ns, inner, n, depth + 1);
	return true;
}

static bool step_ext(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth)
{
	struct value v;
	struct cursor inner;
	struct path path;
	u8 op;

	if (!take(c, &op))
		return false;
	switch (op) {
	case EXT_DEVICE:
		return step_scope(ns, c, scope, depth, true);
	case EXT_MUTEX:
		return take_path(c, &path) && take(c, &op);
	case EXT_EVENT:
		return take_path(c, &path);
	case EXT_REGION:
		return take_path(c, &path) && take(c, &op) && take_value(c, &v) && take_value(c, &v);
	default:
		return (op == EXT_FIELD || (op >= EXT_PROCESSOR && op <= EXT_BANK_FIELD)) && take_package(c, &inner);
	}
}

/* One declaration inside @scope. False: not understood, give this list up. */
static bool step(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth)
{
	struct cursor inner;
	struct path path;
	u8 op;

	if (!take(c, &op))
		return false;
	switch (op) {
	case OP_NAME: case OP_METHOD:
		return step_name(ns, c, scope, op == OP_METHOD);
	case OP_SCOPE:
		return step_scope(ns, c, scope, depth, false);
	case OP_IF: case OP_ELSE:
		return take_package(c, &inner);
	case OP_ALIAS:
		return take_path(c, &path) && take_path(c, &path);
	case OP_EXTERNAL:
		return take_path(c, &path) && take(c, &op) && take(c, &op);
	case OP_EXT:
		return step_ext(ns, c, scope, depth);
	default:
		return false;
	}
}

void aml_load(struct aml_namespace *ns, const u8 *aml, u32 size)
{
	if (ns->max == 0)
		return;
	if (ns->nr == 0) {
		ns->node[0] = (struct aml_node){ .name = "\\" };
		ns->nr = 1;
	}
	walk_list(ns, (struct cursor){ aml, aml + size }, &ns->node[0], 0);
}

/* Without recursion: a namespace may be as deep as its tables say. */
void aml_each_device(const struct aml_namespace *ns, void (*fn)(const struct aml_node *d, void *arg), void *arg)
{
	const struct aml_node *n = ns->nr ? &ns->node[0] : NULL;

	while (n) {
		if (n->is_device)
			fn(n, arg);
		if (n->child) {
			n = n->child;
			continue;
		}
		while (n && !n->sibling)
			n = n->parent;
		n = n ? n->sibling : NULL;
	}
}
