/* SPDX-License-Identifier: MIT */
/* Device registers in memory, through ioremap()'s mapping. Host tests have a version that asks a model of the device. */
#ifndef ASM_MMIO_H
#define ASM_MMIO_H

#include <lib/types.h>

static inline u32 readl(const volatile void *reg) { return *(const volatile u32 *)reg; }
static inline void writel(u32 v, volatile void *reg) { *(volatile u32 *)reg = v; }

#endif
