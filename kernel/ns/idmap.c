/* SPDX-License-Identifier: MIT */
/*
 * Maps of ids between user name spaces: /proc/PID/uid_map, gid_map, setgroups. user_namespaces(7) has the rules; a map
 * is written once. Its lines name ids of the parent name space, what is kept are the kernel's.
 */
#include <proc/proc.h>
#include "internal.h"

static const struct uid_gid_extent *extents_of(const struct uid_gid_map *m)
{
	return m->extents ? m->extents : &m->inl;
}

u32 __make_id(const struct uid_gid_map *m, u32 id)
{
	const struct uid_gid_extent *e = extents_of(m);

	for (u32 i = 0; i < m->nr; i++)
		if (id - e[i].first < e[i].count)
			return e[i].lower_first + (id - e[i].first);
	return NO_ID;
}

u32 __from_id(const struct uid_gid_map *m, u32 kid)
{
	const struct uid_gid_extent *e = extents_of(m);

	for (u32 i = 0; i < m->nr; i++)
		if (kid - e[i].lower_first < e[i].count)
			return e[i].first + (kid - e[i].lower_first);
	return NO_ID;
}

void id_map_show(struct seq_file *m, const struct user_namespace *ns, bool gid, const struct user_namespace *reader)
{
	const struct uid_gid_map *map = gid ? &ns->gid_map : &ns->uid_map;
	const struct uid_gid_extent *e = extents_of(map);

	/* In its own terms every map would be 0 0. */
	if (reader == ns && ns->ns.user_ns)
		reader = ns->ns.user_ns;
	for (u32 i = 0; i < map->nr; i++)
		seq_printf(m, "%10u %10u %10u\n", e[i].first, gid ? from_kgid(reader, e[i].lower_first) : from_kuid(reader, e[i].lower_first),
			   e[i].count);
}

/* --- writing --------------------------------------------------------------------------------- */

static bool is_space(char c) { return c == ' ' || c == '\t'; }

/* A decimal number and the space around it; false: none, or it is more than 32 bits. */
static bool take_number(const char **p, u32 *value)
{
	u64 v = 0;
	const char *start;

	while (is_space(**p))
		++*p;
	for (start = *p; **p >= '0' && **p <= '9'; ++*p) {
		v = v * 10 + (u64)(**p - '0');
		if (v > NO_ID)
			return false;
	}
	*value = (u32)v;
	return *p != start && (!**p || **p == '\n' || is_space(**p));
}

static bool overlaps(const struct uid_gid_extent *e, u32 n, const struct uid_gid_extent *new)
{
	for (u32 i = 0; i < n; i++) {
		if (new->first <= e[i].first + (e[i].count - 1) && e[i].first <= new->first + (new->count - 1))
			return true;
		if (new->lower_first <= e[i].lower_first + (e[i].count - 1) && e[i].lower_first <= new->lower_first + (new->count - 1))
			return true;
	}
	return false;
}

/* Lines "FIRST LOWER COUNT" into @e. Their number, or -EINVAL. */
static int parse(const char *p, struct uid_gid_extent *e)
{
	int n = 0;

	while (*p) {
		struct uid_gid_extent new;

		if (!take_number(&p, &new.first) || !take_number(&p, &new.lower_first) || !take_number(&p, &new.count))
			return -EINVAL;
		while (is_space(*p))
			p++;
		if (*p && *p++ != '\n')
			return -EINVAL;
		if (new.first == NO_ID || new.lower_first == NO_ID || !new.count)
			return -EINVAL;
		if (new.first + new.count <= new.first || new.lower_first + new.count <= new.lower_first)
			return -EINVAL;
		if (n == UID_GID_MAP_MAX || overlaps(e, (u32)n, &new))
			return -EINVAL;
		e[n++] = new;
	}
	return n ? n : -EINVAL;
}

/* A map with the parent's id 0 lets files get capabilities there: who writes it must have had that right. */
static bool root_map_permitted(const struct user_namespace *ns, const struct cred *opener, const struct uid_gid_extent *e, int n)
{
	for (int i = 0; i < n; i++)
		if (!e[i].lower_first)
			return opener->user_ns == ns ? ns->parent_could_setfcap : cred_capable(opener, ns->ns.user_ns, CAP_SETFCAP);
	return true;
}

/* Ids in @e are the parent's. */
static bool map_permitted(const struct user_namespace *ns, bool gid, const struct cred *opener, const struct uid_gid_extent *e, int n)
{
	struct user_namespace *parent = ns->ns.user_ns;
	int cap = gid ? CAP_SETGID : CAP_SETUID;

	if (!gid && !root_map_permitted(ns, opener, e, n))
		return false;
	/* Oneself, under any id. */
	if (n == 1 && e->count == 1 && ns->owner == opener->euid) {
		if (!gid && make_kuid(parent, e->lower_first) == opener->euid)
			return true;
		if (gid && !ns->may_setgroups && make_kgid(parent, e->lower_first) == opener->egid)
			return true;
	}
	return ns_capable(parent, cap) && cred_capable(opener, parent, cap);
}

/* The ids of the parent in @e become the kernel's. False: it does not have all of them in a row. */
static bool lower(const struct uid_gid_map *parent, struct uid_gid_extent *e, int n)
{
	const struct uid_gid_extent *up = extents_of(parent);

	for (int i = 0; i < n; i++) {
		u32 j = 0;

		while (j < parent->nr && !(e[i].lower_first - up[j].first < up[j].count &&
					   e[i].count <= up[j].count - (e[i].lower_first - up[j].first)))
			j++;
		if (j == parent->nr)
			return false;
		e[i].lower_first = up[j].lower_first + (e[i].lower_first - up[j].first);
	}
	return true;
}

long id_map_write(struct user_namespace *ns, bool gid, const struct cred *opener, char *text)
{
	struct uid_gid_map *map = gid ? &ns->gid_map : &ns->uid_map;
	struct user_namespace *parent = ns->ns.user_ns;
	struct uid_gid_extent *e;
	int n;

	if (!parent || (opener->user_ns != ns && opener->user_ns != parent))
		return -EPERM;
	if (map->nr || !cred_capable(opener, ns, CAP_SYS_ADMIN))
		return -EPERM;
	e = kmalloc(UID_GID_MAP_MAX * sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	n = parse(text, e);
	if (n > 0 && (!map_permitted(ns, gid, opener, e, n) || !lower(gid ? &parent->gid_map : &parent->uid_map, e, n)))
		n = -EPERM;
	if (n > 1) {
		map->extents = kmalloc((size_t)n * sizeof(*e), GFP_KERNEL);
		if (map->extents)
			memcpy(map->extents, e, (size_t)n * sizeof(*e));
		else
			n = -ENOMEM;
	}
	if (n > 0) {
		map->inl = e[0];
		map->nr = (u32)n;
	}
	kfree(e);
	return n < 0 ? n : 0;
}

long setgroups_write(struct user_namespace *ns, const char *text)
{
	bool allow = !strncmp(text, "allow", 5), deny = !strncmp(text, "deny", 4);
	const char *p = text + (allow ? 5 : 4);

	if (!allow && !deny)
		return -EINVAL;
	while (is_space(*p) || *p == '\n')
		p++;
	if (*p)
		return -EINVAL;
	if (allow)
		return ns->may_setgroups ? 0 : -EPERM;
	/* With a map of groups somebody may have used it already. */
	if (ns->gid_map.nr && ns->may_setgroups)
		return -EPERM;
	ns->may_setgroups = false;
	return 0;
}
