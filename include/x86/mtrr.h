/* SPDX-License-Identifier: MIT */
/*
 * Memory types as the firmware set them in the MTRRs (SDM vol. 3, 11.11). They are read, never changed: what the
 * kernel wants other than write-back it asks for by PAT. The type that counts is the stricter of the two, but
 * that PAT's WC wins over any MTRR type.
 */
#ifndef X86_MTRR_H
#define X86_MTRR_H

#include <lib/types.h>

enum mtrr_type { MTRR_UC = 0, MTRR_WC = 1, MTRR_WT = 4, MTRR_WP = 5, MTRR_WB = 6 };
#define MTRR_MAX_VARIABLE 32

struct mtrr_range {
	phys_addr_t base;
	u64 size;               /* bytes; 0: the register pair is not in use */
	enum mtrr_type type;
};

struct mtrr_state {
	bool present;           /* the CPU has them */
	bool enabled, fixed_enabled;
	enum mtrr_type def;     /* where no range says otherwise */
	unsigned int nr;        /* variable pairs */
	struct mtrr_range var[MTRR_MAX_VARIABLE];
	u64 fixed[11];          /* a byte a type: 64K x 8, 16K x 16, 4K x 64, from address 0 */
};

/* Read at boot. [B] */
extern struct mtrr_state mtrr_state;
void mtrr_init(void);
/* Type at @pa: what the CPU does with it (UC where the MTRRs are off; WB where there are none). */
enum mtrr_type mtrr_type_at(phys_addr_t pa);
/* End of the run of one type that begins at @pa (exclusive). */
phys_addr_t mtrr_run_end(phys_addr_t pa);
const char *mtrr_type_name(enum mtrr_type t);   /* "write-back" ... as Linux's /proc/mtrr */

#endif
