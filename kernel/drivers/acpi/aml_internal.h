/* SPDX-License-Identifier: MIT */
/* Shared by aml*.c. */
#ifndef DRIVERS_AML_INTERNAL_H
#define DRIVERS_AML_INTERNAL_H

#include <drivers/aml.h>
#include <lib/string.h>
#include <uapi/errno.h>

#include "../internal.h"

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
#define OP_LOCAL0 0x60
#define OP_ARG0 0x68
#define OP_ARG6 0x6e
#define OP_STORE 0x70
#define OP_REF_OF 0x71
#define OP_ADD 0x72
#define OP_SUBTRACT 0x74
#define OP_INCREMENT 0x75
#define OP_DECREMENT 0x76
#define OP_MULTIPLY 0x77
#define OP_DIVIDE 0x78
#define OP_SHIFT_LEFT 0x79
#define OP_SHIFT_RIGHT 0x7a
#define OP_AND 0x7b
#define OP_NAND 0x7c
#define OP_OR 0x7d
#define OP_NOR 0x7e
#define OP_XOR 0x7f
#define OP_NOT 0x80
#define OP_FIND_LEFT 0x81
#define OP_FIND_RIGHT 0x82
#define OP_DEREF_OF 0x83
#define OP_CONCAT_RES 0x84
#define OP_MOD 0x85
#define OP_NOTIFY 0x86
#define OP_SIZE_OF 0x87
#define OP_INDEX 0x88
#define OP_CREATE_DWORD 0x8a
#define OP_CREATE_WORD 0x8b
#define OP_CREATE_BYTE 0x8c
#define OP_CREATE_BIT 0x8d
#define OP_OBJECT_TYPE 0x8e
#define OP_CREATE_QWORD 0x8f
#define OP_LAND 0x90
#define OP_LOR 0x91
#define OP_LNOT 0x92
#define OP_LEQUAL 0x93
#define OP_LGREATER 0x94
#define OP_LLESS 0x95
#define OP_TO_BUFFER 0x96
#define OP_TO_INTEGER 0x99
#define OP_COPY 0x9d
#define OP_MID 0x9e
#define OP_CONTINUE 0x9f
#define OP_IF 0xa0
#define OP_ELSE 0xa1
#define OP_WHILE 0xa2
#define OP_NOOP 0xa3
#define OP_RETURN 0xa4
#define OP_BREAK 0xa5
#define OP_BREAKPOINT 0xcc
#define OP_ONES 0xff
#define EXT_MUTEX 0x01
#define EXT_EVENT 0x02
#define EXT_COND_REF_OF 0x12
#define EXT_CREATE_FIELD 0x13
#define EXT_STALL 0x21
#define EXT_SLEEP 0x22
#define EXT_ACQUIRE 0x23
#define EXT_RELEASE 0x27
#define EXT_REVISION 0x30
#define EXT_DEBUG 0x31
#define EXT_REGION 0x80
#define EXT_FIELD 0x81
#define EXT_DEVICE 0x82
#define EXT_PROCESSOR 0x83
#define EXT_POWER 0x84
#define EXT_THERMAL 0x85
#define EXT_INDEX_FIELD 0x86
#define EXT_BANK_FIELD 0x87

/* What is left of the package that is being read. */
struct cursor {
	const u8 *p, *end;
};

/* A NameString (20.2.2), not yet looked up. */
struct path {
	bool is_absolute;
	unsigned int nr_up, nr;         /* carets; segments of four characters */
	const u8 *segment;
};

/* aml_parse.c: bytes. False: not what was asked for, or cut off. */
bool aml_take(struct cursor *c, u8 *byte);
/* PkgLength (20.2.4): leaves in *inner what the package holds after its length, and steps over it. */
bool aml_take_package(struct cursor *c, struct cursor *inner);
/* As above, of a bare length in a field list: bits. */
bool aml_take_length(struct cursor *c, u32 *length);
bool aml_take_number(struct cursor *c, unsigned int bytes, u64 *number);
bool aml_take_path(struct cursor *c, struct path *path);
/* Steps over a constant or a name. */
bool aml_skip_data(struct cursor *c);
static inline bool aml_starts_name(u8 b)
{
	return (b >= 'A' && b <= 'Z') || b == '_' || b == '\\' || b == '^' || b == 0x2e || b == 0x2f;
}

/* aml.c: the namespace. NULL: there is none. Aliases are followed. */
struct aml_node *aml_find(const struct aml_namespace *ns, struct aml_node *scope, const struct path *path);
struct aml_node *aml_child(const struct aml_namespace *ns, const struct aml_node *of, const u8 *segment);
/* Declares @path in @scope; NULL: no room. */
struct aml_node *aml_declare(struct aml_namespace *ns, struct aml_node *scope, const struct path *path, enum aml_kind kind);
/* One declaration. False: it is none, or not understood. @scope: where names go. */
bool aml_declaration(struct aml_namespace *ns, struct cursor *c, struct aml_node *scope, int depth);
/* Takes back what was declared after @nr. */
void aml_forget(struct aml_namespace *ns, unsigned int nr);

/* One evaluation: lies at the start of ns->work, its arena behind it. */
#define AML_MAX_STEPS 100000U           /* an evaluation's; many real _CRS take some hundreds */
#define AML_MAX_TOTAL 4000000U          /* all evaluations' of a boot */
#define AML_MAX_DEPTH 28                /* terms in terms, methods in methods: of 16 KiB of stack a level takes 350 bytes at most */
#define AML_DEPTH_OF_FIELD 2            /* what a field's region costs on top */
#define AML_LOAD_DEPTH 12               /* while tables are loaded, whose scopes are on the stack as well */
#define AML_MAX_BLOCKS 96               /* If and While, of all methods that run */

struct aml_frame {
	struct aml_value local[8], arg[7];
	struct aml_node *scope;
};

struct aml_block {
	struct cursor c, loop;          /* loop.p: While, from its predicate on */
};

/* Declared objects that have a value of their own now: taken back before the next evaluation. */
struct aml_touched {
	struct aml_node *node;
	struct aml_touched *next;
};

struct aml_vm {
	struct aml_namespace *ns;
	struct aml_frame *frame;
	unsigned int nr_steps, depth, nr_blocks;
	struct aml_block block[AML_MAX_BLOCKS];
	u8 *arena, *arena_end;
};

/* All below: false means that the evaluation stopped, and ns->problem says why. */

static inline bool aml_stop(struct aml_vm *vm, const char *why)
{
	if (!vm->ns->problem)
		vm->ns->problem = why;
	return false;
}

/* aml_value.c */
void *aml_alloc(struct aml_vm *vm, u64 size);           /* zeroed; NULL: stopped */
bool aml_copy(struct aml_vm *vm, struct aml_value *v);  /* what *v shares with its source becomes its own */
bool aml_to_integer(struct aml_vm *vm, struct aml_value *v);
/* References and buffer fields become what is there. */
bool aml_fetch(struct aml_vm *vm, struct aml_value *v);
/* At @place (AML_NONE: nowhere). */
bool aml_store(struct aml_vm *vm, const struct aml_value *place, struct aml_value v);
/* The value that @n has now. */
bool aml_node_value(struct aml_vm *vm, struct aml_node *n, struct aml_value *out);
bool aml_set_now(struct aml_vm *vm, struct aml_node *n, struct aml_value *now);

/* aml_term.c */
bool aml_step(struct aml_vm *vm);
bool aml_term(struct aml_vm *vm, struct cursor *c, struct aml_value *out);
bool aml_number(struct aml_vm *vm, struct cursor *c, u64 *out);
/* Target, SuperName. */
bool aml_place(struct aml_vm *vm, struct cursor *c, struct aml_value *place);

/* aml_run.c */
bool aml_call(struct aml_vm *vm, struct aml_node *method, struct cursor *args, struct aml_value *out);
/* A term of a table, outside of methods. */
bool aml_term_in(struct aml_vm *vm, struct aml_node *scope, struct cursor *c, struct aml_value *out);
/* A predicate while tables are loaded: -1 not known, else 0 or 1. */
int aml_predicate(struct aml_namespace *ns, struct aml_node *scope, struct cursor *c);

/* aml_field.c */
bool aml_read_field(struct aml_vm *vm, const struct aml_node *field, struct aml_value *out);
/* Is it a store that nobody would notice: a POST code? */
bool aml_is_post_code(struct aml_vm *vm, const struct aml_node *field);
bool aml_read_bits(struct aml_vm *vm, const struct aml_value *bits, struct aml_value *out);
void aml_write_bits(const struct aml_value *bits, u64 v);
/* The operands of CreateField and the like: makes the field, and steps to the name behind them. */
bool aml_create_bits(struct aml_vm *vm, u8 op, struct cursor *c, struct aml_value *out);

#endif
