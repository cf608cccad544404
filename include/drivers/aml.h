/* SPDX-License-Identifier: MIT */
/*
 * What a DSDT or SSDT says in plain data, without running it: devices (ACPI 6.4, 20.2.5.2) whose _CRS is a
 * Name with a constant Buffer. A _CRS that is a Method is not known to us (CAVEATS.md). Pure; hostile
 * input: every length is checked against the package around it, depth is bounded.
 */
#ifndef DRIVERS_AML_H
#define DRIVERS_AML_H

#include <lib/compiler.h>
#include <lib/types.h>

/* A scope or device of the namespace. */
struct aml_node {
	char name[5];                   /* last segment of its name; "\\" is the root */
	bool is_device;
	bool is_absent;                 /* _STA is a constant without the present bit */
	bool has_crs;                   /* in whatever form */
	char hid[9];                    /* "PNP0A08", "QEMU0001"; "" when there is none or a Method makes it */
	char cid[9];                    /* the same for _CID, first one */
	u32 bus;                        /* _BBN, 0 when absent */
	u32 segment;                    /* _SEG */
	const u8 *crs;                  /* constant resource template, in the table; NULL: none, or computed */
	u32 crs_size;                   /* bytes */
	struct aml_node *parent, *child, *last_child, *sibling;
};

struct aml_namespace {
	struct aml_node *node;          /* the caller's, room for @max; node[0] is the root */
	unsigned int max, nr;
	unsigned int nr_lost;           /* devices and scopes beyond @max */
	bool has_s5;                    /* \_S5 is a constant package (7.4.2) ... */
	u8 s5_a, s5_b;                  /* ... and these are its sleep types */
};

/* Adds what @aml (the bytes after a table's header) declares. Call for the DSDT, then for each SSDT. */
void aml_load(struct aml_namespace *ns, const u8 *aml, u32 size);
/* Calls fn for each device, depth first, children in the order of their declaration (as Linux walks). */
void aml_each_device(const struct aml_namespace *ns, void (*fn)(const struct aml_node *d, void *arg), void *arg);

/* One range of a resource template (6.4.3). */
struct aml_range {
	u64 start, end;                 /* inclusive */
	enum { AML_MEMORY, AML_IO, AML_BUS } kind;
	bool is_window;                 /* passed on to what is behind a bridge, not consumed */
};

/* Calls fn for each range that is not empty. */
void aml_each_range(const u8 *crs, u32 size, void (*fn)(const struct aml_range *r, void *arg), void *arg);

#endif
