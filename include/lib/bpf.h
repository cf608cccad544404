/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF: small programs from ring 3 that look at a fixed number of 32-bit words and return one. Two registers, 16
 * words of memory, jumps forward only: every program ends. bpf(4) of the BSDs, Documentation/networking/filter.rst.
 */
#ifndef LIB_BPF_H
#define LIB_BPF_H

#include <uapi/seccomp.h>

/*
 * May @prog run over @data_size bytes? Every instruction is known, every load inside and aligned, every jump inside, no
 * division by a constant 0, no shift of 32 or more, memory is written before it is read, the last one returns. 0, -EINVAL.
 */
int __must_check bpf_check(const struct sock_filter *prog, unsigned int len, u32 data_size);
/* => bpf_check said 0. A division by a register that is 0 returns 0. */
u32 bpf_run(const struct sock_filter *prog, const u32 *data, u32 data_size);

#endif
