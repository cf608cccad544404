// SPDX-License-Identifier: MIT
/* Page: the resource tree, what is at each physical address. */
#include "internal.h"
#include <lib/string.h>

static int one_node(const struct resource *res, int depth, void *arg)
{
	struct rpt *r = arg;
	char size[SIZE_TEXT], addr[64];

	snprintf(addr, sizeof(addr), "%*s%08llx-%08llx", 2 * min(depth, 8), "", (unsigned long long)res->start,
		 (unsigned long long)res->end);
	rpt(r, "  %-36s %s  %*s%s%.*s" C_END "\n", addr, size_text(res->end - res->start + 1, size), 2 * min(depth, 8), "",
	    name_colour(res->name), (int)r->cols - 54 - 2 * min(depth, 8), res->name);
	return 0;
}

void rpt_resources(struct rpt *r, struct resource *root)
{
	resource_walk(root, one_node, r);
}

void page_iomem(struct rpt *r)
{
	rpt_section(r, "What is at each physical address (/proc/iomem)");
	rpt_resources(r, &iomem_resource);
}
