/* SPDX-License-Identifier: MIT */
/* The host's device registers: functions of the test that models the device. */
#ifndef ASM_MMIO_H
#define ASM_MMIO_H

#include <lib/types.h>

u32 readl(const volatile void *reg);
void writel(u32 v, volatile void *reg);

#endif
