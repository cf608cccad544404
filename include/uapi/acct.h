/* SPDX-License-Identifier: MIT */
/* Process accounting, acct(5): a record for each process that ended, version 3. Source: linux/acct.h. */
#ifndef UAPI_ACCT_H
#define UAPI_ACCT_H

#include <lib/compiler.h>
#include <lib/types.h>

#define AFORK 0x01              /* forked, and ran no program since */
#define ACORE 0x08              /* left a core file */
#define AXSIG 0x10              /* killed by a signal */
#define ACCT_VERSION 3          /* with the high bit clear: little-endian */
#define ACCT_HZ 100             /* times are in such ticks */

typedef u16 comp_t;             /* fraction of 13 bits, exponent of 3 bits to base 8 */

struct acct_v3_abi {
	u8 ac_flag, ac_version;
	u16 ac_tty;
	u32 ac_exitcode, ac_uid, ac_gid, ac_pid, ac_ppid;
	u32 ac_btime;           /* start, seconds since 1970 */
	u32 ac_etime;           /* a float's bits: ticks from start to end */
	comp_t ac_utime, ac_stime;
	comp_t ac_mem;          /* KiB of address space at the end */
	comp_t ac_io, ac_rw;    /* 0 */
	comp_t ac_minflt, ac_majflt, ac_swap;
	char ac_comm[16];
};
static_assert(sizeof(struct acct_v3_abi) == 64);

#endif
