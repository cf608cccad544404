/* SPDX-License-Identifier: MIT */
/* The host has one CPU and plain variables. */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <lib/compiler.h>
#include <lib/types.h>

#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name

#define this_cpu_read(var) (var)
#define this_cpu_write(var, value) ((var) = (value))
#define this_cpu_ptr(var) (&(var))

#endif
