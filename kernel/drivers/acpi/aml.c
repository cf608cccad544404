// SPDX-License-Identifier: MIT
/*
 * The namespace (ACPI 6.5, 5.3): what tables declare, and what a running method declares for a while. Scopes and devices
 * are entered; values, methods, regions and fields are noted by where their bytes are. At the first byte that is no
 * declaration the rest of that package is given up: nothing is guessed. What is inside an If of a table counts when the
 * condition can be evaluated with what was declared until then.
 */
#include "aml_internal.h"

#define MAX_DEPTH 10            /* scopes in scopes; conditions are evaluated at each */

static unsigned int hash_of(const struct aml_node *parent, const u8 *s)
{
	u64 h = (uintptr_t)parent / sizeof(struct aml_node) * 31 + get_le(s, 4) * 0x9e3779b1U;

	return (h ^ h >> 16) % AML_HASH;
}

static struct aml_node *at_alias(struct aml_node *n)
{
	return n && n->kind == AML_ALIAS ? n->target : n;
}

static struct aml_node *find_child(const struct aml_namespace *ns, const struct aml_node *parent, const u8 *segment)
{
	struct aml_node *n = ns->hash[hash_of(parent, segment)];

	while (n && (n->parent != parent || memcmp(n->name, segment, 4)))
		n = n->same_hash;
	return n;
}

struct aml_node *aml_child(const struct aml_namespace *ns, const struct aml_node *of, const u8 *segment)
{
	return at_alias(find_child(ns, of, segment));
}

/* Names of a method that runs are gone when it ends, hence no one's children: only the hash knows them. */
static struct aml_node *new_node(struct aml_namespace *ns, struct aml_node *parent, const u8 *segment, enum aml_kind kind)
{
	struct aml_node *n, **bucket;

	if (ns->nr == ns->max) {
		ns->nr_lost++;
		return NULL;
	}
	n = &ns->node[ns->nr++];
	*n = (struct aml_node){ .parent = parent, .kind = (u8)kind };
	memcpy(n->name, segment, 4);
	bucket = &ns->hash[hash_of(parent, segment)];
	n->same_hash = *bucket;
	*bucket = n;
	if (ns->is_running)
		return n;
	ns->nr_declared = ns->nr;
	if (parent->last_child)
		parent->last_child->sibling = n;
	else
		parent->child = n;
	parent->last_child = n;
	return n;
}

/* The last ones declared are the first in their chains. */
void aml_forget(struct aml_namespace *ns, unsigned int nr)
{
	while (ns->nr > nr && ns->nr > ns->nr_declared) {
		struct aml_node *n = &ns->node[--ns->nr];

		ns->hash[hash_of(n->parent, (const u8 *)n->name)] = n->same_hash;
	}
}

/* Where @path starts from; its first segment is not looked at. */
static struct aml_node *start_of(const struct aml_namespace *ns, struct aml_node *scope, const struct path *path)
{
	struct aml_node *at = path->is_absolute ? &ns->node[0] : scope;

	for (unsigned int i = 0; i < path->nr_up && at->parent; i++)
		at = at->parent;
	return at;
}

struct aml_node *aml_find(const struct aml_namespace *ns, struct aml_node *scope, const struct path *path)
{
	struct aml_node *at = start_of(ns, scope, path), *found;

	if (path->nr == 1 && !path->is_absolute && !path->nr_up) {
		for (; at; at = at->parent) {   /* a single name is looked for outwards (5.3) */
			found = aml_child(ns, at, path->segment);
			if (found)
				return found;
		}
		return NULL;
	}
	for (unsigned int i = 0; at && i < path->nr; i++)
		at = aml_child(ns, at, path->segment + 4 * i);
	return at;
}

/* A table may open a scope that another one declares: what is missing on the way is made. */
static struct aml_node *find_or_make(struct aml_namespace *ns, struct aml_node *scope, const struct path *path, unsigned int nr)
{
	struct aml_node *at = start_of(ns, scope, path);

	for (unsigned int i = 0; at && i < nr; i++) {
		struct aml_node *n = aml_child(ns, at, path->segment + 4 * i);

		at = n ? n : new_node(ns, at, path->segment + 4 * i, AML_SCOPE);
	}
	return at;
}

struct aml_node *aml_declare(struct aml_namespace *ns, struct aml_node *scope, const struct path *path, enum aml_kind kind)
{
	struct aml_node *parent, *n;
	const u8 *last;

	if (path->nr == 0)
		return NULL;
	parent = find_or_make(ns, scope, path, path->nr - 1);
	if (!parent)
		return NULL;
	last = path->segment + 4 * (path->nr - 1);
	n = find_child(ns, parent, last);
	if (!n || ns->is_running)
		return new_node(ns, parent, last, kind);
	if (n->kind == AML_SCOPE)
		n->kind = (u8)kind;
	return n->kind == kind ? n : NULL;      /* declared twice, and differently: the first one counts */
}

static void walk_list(struct aml_namespace *ns, struct cursor list, struct aml_node *scope, int depth)
{
	if (depth > MAX_DEPTH)
		return;
	while (list.p < list.end && aml_declaration(ns, &list, scope, depth))
		;
}

/* Declares a name for bytes [from, to). True even without room: the table goes on. */
static bool note(struct aml_namespace *ns, struct aml_node *scope, const struct path *path, enum aml_kind kind, const u8 *from, const u8 *to, u8 arg)
{
	struct aml_node *n = aml_declare(ns, scope, path, kind);

	if (n && !n->aml) {
		n->aml = from;
		n->end = to;
		n->arg = arg;
	}
	return true;
}

static bool declare_name(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope)
{
	struct path path;
	const u8 *value;

	if (!aml_take_path(c, &path))
		return false;
	value = c->p;
	return aml_skip_data(c) && note(ns, scope, &path, AML_NAME, value, c->p, 0);
}

static bool declare_method(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope)
{
	struct cursor inner;
	struct path path;
	u8 flags;

	if (!aml_take_package(c, &inner))
		return false;
	return !aml_take_path(&inner, &path) || !aml_take(&inner, &flags) ||
		note(ns, scope, &path, AML_METHOD, inner.p, inner.end, flags & 7);
}

/* Scope, Device, Processor and their like: what is inside belongs to that node. @nr_more: bytes before the list. */
static bool declare_scope(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth, enum aml_kind kind, unsigned int nr_more)
{
	struct cursor inner;
	struct aml_node *n;
	struct path path;
	u64 more;

	if (!aml_take_package(c, &inner))
		return false;
	if (!aml_take_path(&inner, &path) || !aml_take_number(&inner, nr_more, &more))
		return true;
	if (kind != AML_SCOPE)
		n = aml_declare(ns, scope, &path, kind);
	else
		n = path.nr == 1 && !path.is_absolute && !path.nr_up ? aml_find(ns, scope, &path) : NULL;
	if (kind == AML_SCOPE && !n)
		n = find_or_make(ns, scope, &path, path.nr);
	if (n)
		walk_list(ns, inner, n, depth + 1);
	return true;
}

static bool declare_region(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope)
{
	struct path path;
	const u8 *operands;
	u8 space;

	if (!aml_take_path(c, &path) || !aml_take(c, &space))
		return false;
	operands = c->p;
	return aml_skip_data(c) && aml_skip_data(c) && note(ns, scope, &path, AML_REGION, operands, c->p, space);
}

/* FieldList (20.2.5.2) */
static void field_list(struct aml_namespace *ns, struct cursor c, struct aml_node *scope, struct aml_node *region, enum aml_kind kind)
{
	u64 bit = 0, ignored;
	struct cursor inner;
	struct path path;
	u32 n;

	while (c.p < c.end) {
		struct aml_node *f;

		switch (*c.p) {
		case 0:
			c.p++;
			if (!aml_take_length(&c, &n))
				return;
			bit += n;
			continue;
		case 1: case 3:
			if (!aml_take_number(&c, *c.p == 1 ? 3 : 4, &ignored))
				return;
			continue;
		case 2:
			c.p++;
			if (c.p < c.end && *c.p == OP_BUFFER ? (c.p++, !aml_take_package(&c, &inner)) : !aml_take_path(&c, &path))
				return;
			continue;
		}
		if (!aml_take_path(&c, &path) || path.nr != 1 || !aml_take_length(&c, &n) || bit + n > 0xffffffff)
			return;
		f = aml_declare(ns, scope, &path, kind);
		if (f && !f->target) {
			f->target = region;
			f->first_bit = (u32)bit;
			f->nr_bits = n;
		}
		bit += n;
	}
}

static bool declare_field(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, u8 op)
{
	struct aml_node *region;
	struct cursor inner;
	struct path path;
	u8 flags;

	if (!aml_take_package(c, &inner))
		return false;
	if (!aml_take_path(&inner, &path))
		return true;
	region = aml_find(ns, scope, &path);
	/* Index and bank registers would have to be written: those fields are known by name only. */
	if (op != EXT_FIELD && !aml_take_path(&inner, &path))
		return true;
	if ((op != EXT_BANK_FIELD || aml_skip_data(&inner)) && aml_take(&inner, &flags))
		field_list(ns, inner, scope, region, op == EXT_FIELD ? AML_FIELD : AML_INDEX_FIELD);
	return true;
}

/* CreateDWordField and its kind, outside of methods: made when it is first used. */
static bool declare_buffer_field(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, u8 op)
{
	const u8 *operands = c->p;
	struct path path;

	return aml_skip_data(c) && aml_skip_data(c) && (op != EXT_CREATE_FIELD || aml_skip_data(c)) && aml_take_path(c, &path) &&
		note(ns, scope, &path, AML_BUFFER_FIELD, operands, c->p, op);
}

static bool declare_alias(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope)
{
	struct aml_node *target, *n;
	struct path path;

	if (!aml_take_path(c, &path))
		return false;
	target = aml_find(ns, scope, &path);
	if (!aml_take_path(c, &path))
		return false;
	n = target ? aml_declare(ns, scope, &path, AML_ALIAS) : NULL;
	if (n && !n->target)
		n->target = target;
	return true;
}

static bool declare_plain(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, unsigned int nr_more)
{
	struct path path;
	u64 more;

	return aml_take_path(c, &path) && aml_take_number(c, nr_more, &more) && note(ns, scope, &path, AML_OTHER, c->p, c->p, 0);
}

/* If and Else between declarations. */
static bool declare_if(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth)
{
	struct cursor then, otherwise = { NULL, NULL };
	int is_true;

	if (!aml_take_package(c, &then))
		return false;
	if (c->p < c->end && *c->p == OP_ELSE) {
		c->p++;
		if (!aml_take_package(c, &otherwise))
			return false;
	}
	is_true = ns->is_running ? -1 : aml_predicate(ns, scope, &then);
	if (is_true >= 0)
		walk_list(ns, is_true ? then : otherwise, scope, depth + 1);
	return true;
}

static bool declare_ext(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth)
{
	u8 op;

	if (!aml_take(c, &op))
		return false;
	switch (op) {
	case EXT_DEVICE: return declare_scope(ns, c, scope, depth, AML_DEVICE, 0);
	case EXT_PROCESSOR: return declare_scope(ns, c, scope, depth, AML_OTHER, 6);
	case EXT_POWER: return declare_scope(ns, c, scope, depth, AML_OTHER, 3);
	case EXT_THERMAL: return declare_scope(ns, c, scope, depth, AML_OTHER, 0);
	case EXT_MUTEX: return declare_plain(ns, c, scope, 1);
	case EXT_EVENT: return declare_plain(ns, c, scope, 0);
	case EXT_REGION: return declare_region(ns, c, scope);
	case EXT_FIELD: case EXT_INDEX_FIELD: case EXT_BANK_FIELD: return declare_field(ns, c, scope, op);
	case EXT_CREATE_FIELD: return declare_buffer_field(ns, c, scope, op);
	default: return false;
	}
}

bool aml_declaration(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth)
{
	struct path path;
	u64 more;
	u8 op;

	if (!aml_take(c, &op))
		return false;
	switch (op) {
	case OP_NAME: return declare_name(ns, c, scope);
	case OP_METHOD: return declare_method(ns, c, scope);
	case OP_SCOPE: return declare_scope(ns, c, scope, depth, AML_SCOPE, 0);
	case OP_IF: return declare_if(ns, c, scope, depth);
	case OP_ALIAS: return declare_alias(ns, c, scope);
	case OP_EXTERNAL: return aml_take_path(c, &path) && aml_take_number(c, 2, &more);
	case OP_CREATE_DWORD: case OP_CREATE_WORD: case OP_CREATE_BYTE: case OP_CREATE_BIT: case OP_CREATE_QWORD:
		return declare_buffer_field(ns, c, scope, op);
	case OP_NOOP: return true;
	case OP_EXT: return declare_ext(ns, c, scope, depth);
	default: return false;
	}
}

void aml_load(struct aml_namespace *ns, const u8 *aml, u32 size)
{
	static const char *const predefined[] = { "_SB_", "_GPE", "_PR_", "_TZ_", "_SI_" };

	if (ns->max == 0)
		return;
	if (ns->nr == 0) {
		ns->node[0] = (struct aml_node){ .name = "\\" };
		ns->nr = ns->nr_declared = 1;
		for (unsigned int i = 0; i < ARRAY_SIZE(predefined); i++)
			(void)new_node(ns, &ns->node[0], (const u8 *)predefined[i], AML_SCOPE);
	}
	walk_list(ns, (struct cursor){ aml, aml + size }, &ns->node[0], 0);
}

/* Without recursion: a namespace may be as deep as its tables say. */
void aml_each_device(const struct aml_namespace *ns, bool (*fn)(struct aml_node *d, void *arg), void *arg)
{
	struct aml_node *n = ns->nr ? &ns->node[0] : NULL;

	while (n) {
		bool enter = n->kind != AML_DEVICE || fn(n, arg);

		if (enter && n->child) {
			n = n->child;
			continue;
		}
		while (n && !n->sibling)
			n = n->parent;
		n = n ? n->sibling : NULL;
	}
}
