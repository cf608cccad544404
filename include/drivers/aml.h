/* SPDX-License-Identifier: MIT */
/*
 * What DSDT and SSDTs say (ACPI 6.5, chapters 19 and 20): devices, and what their objects (_CRS, _STA, _HID ...) come to,
 * constant or computed by a method. The interpreter only looks: it writes to its own memory, never to a device. A method that
 * would (or that waits, signals or loads) stops with a sentence, and what it would say is not known.
 *
 * Hostile input: every length is checked against the package around it; steps, nesting and memory are bounded. Each
 * evaluation begins from what the tables declare, so none depends on an earlier one. Pure, but for struct aml_access.
 * aml.c: the tables' declarations; aml_term.c: what has a value; aml_run.c: methods; aml_field.c: fields.
 */
#ifndef DRIVERS_AML_H
#define DRIVERS_AML_H

#include <lib/compiler.h>
#include <lib/types.h>

enum aml_type { AML_NONE, AML_INTEGER, AML_STRING, AML_BUFFER, AML_PACKAGE,
		AML_BITS /* a buffer field */, AML_AT_SLOT, AML_AT_BYTE, AML_AT_NODE /* references */ };

struct aml_node;
struct aml_touched;
struct aml_value {
	u8 type;                        /* enum aml_type */
	u32 size;                       /* bytes of a string or buffer, elements of a package, bits of a field */
	u64 number;                     /* integer; a field's first bit */
	union {
		u8 *data;
		struct aml_value *slot;         /* package: its elements; AML_AT_SLOT: a local, an argument, an element */
		struct aml_node *node;
	};
};

enum aml_kind { AML_SCOPE, AML_DEVICE, AML_NAME, AML_METHOD, AML_REGION, AML_FIELD, AML_INDEX_FIELD, AML_BUFFER_FIELD, AML_ALIAS, AML_OTHER };

/* An object of the namespace. */
struct aml_node {
	char name[5];                   /* last segment of its name; "\\" is the root */
	u8 kind;                        /* enum aml_kind */
	u8 arg;                         /* method: number of arguments; region: address space; buffer field: opcode */
	u32 first_bit, nr_bits;         /* field: in its region */
	const u8 *aml, *end;            /* name: its value; method: its body; region: offset, length; buffer field: its operands */
	struct aml_node *target;        /* field: region; alias: what it means */
	struct aml_node *parent, *child, *last_child, *sibling;
	struct aml_node *same_hash;
	struct aml_value *now;          /* this evaluation's value; NULL: as declared */
};

/* Where regions are read. False: not to be read here. */
struct aml_access {
	bool (*memory)(u64 phys, u8 *byte);
	bool (*pci)(u16 segment, u8 bus, u8 devfn, u16 reg, u32 *value);        /* reg is a multiple of 4 */
};

#define AML_WORK_SIZE (96U << 10)
#define AML_HASH 256

struct aml_namespace {
	/* The caller's: */
	struct aml_node *node;          /* room for @max; node[0] is the root */
	unsigned int max;
	void *work;                     /* AML_WORK_SIZE bytes for evaluations; NULL: nothing can be evaluated */
	const struct aml_access *access;        /* NULL: no region can be read */
	bool is_32bit;                  /* integers: the DSDT's revision is below 2 */
	/* aml.c's: */
	unsigned int nr, nr_declared;
	unsigned int nr_lost;           /* objects beyond @max */
	u64 nr_steps;                   /* of all evaluations */
	const char *problem;            /* why the last evaluation stopped */
	struct aml_node *hash[AML_HASH];
	struct aml_touched *touched;
	bool is_running;
};

/* Adds what @aml (the bytes after a table's header) declares. Call for the DSDT, then for each SSDT. */
void aml_load(struct aml_namespace *ns, const u8 *aml, u32 size);
/*
 * Calls fn for each device, depth first, children in the order of their declaration (as Linux walks); those inside a device
 * only if fn returned true.
 */
void aml_each_device(const struct aml_namespace *ns, bool (*fn)(struct aml_node *d, void *arg), void *arg);

/*
 * Evaluates @name ("_CRS") of @of, NULL: of the root. 0; -ENOENT: there is none; -EINVAL: ns->problem says why it can't be known. *out
 * lives until the next evaluation.
 */
int aml_eval(struct aml_namespace *ns, struct aml_node *of, const char *name, struct aml_value *out) __must_check;
/* Is there an object of that name? */
bool aml_has(const struct aml_namespace *ns, const struct aml_node *of, const char *name);
/* Its number; @otherwise when it is not there or not known. */
u64 aml_integer(struct aml_namespace *ns, struct aml_node *of, const char *name, u64 otherwise);

/* _HID, _CID: at most eight characters. */
#define AML_ID 9
/* Identifier @i of @name ("_HID", "_CID") of @of; false: there is none. */
bool aml_id(struct aml_namespace *ns, struct aml_node *of, const char *name, unsigned int i, char id[AML_ID]);

/* One range of a resource template (6.4.3). */
struct aml_range {
	u64 start, end;                 /* inclusive */
	enum { AML_MEMORY, AML_IO, AML_BUS } kind;
	bool is_window;                 /* passed on to what is behind a bridge, not consumed */
};

/* Calls fn for each range that is not empty. */
void aml_each_range(const u8 *crs, u32 size, void (*fn)(const struct aml_range *r, void *arg), void *arg);

#endif
