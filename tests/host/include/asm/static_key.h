/* SPDX-License-Identifier: MIT */
/* The host's keys are variables. */
#ifndef ASM_STATIC_KEY_H
#define ASM_STATIC_KEY_H

#include <lib/types.h>

enum static_key_id { KEY_HIGHMEM, KEY_SLAB_DEBUG, NR_KEYS };

extern bool host_static_keys[NR_KEYS];

static inline bool static_key(enum static_key_id key) { return host_static_keys[key]; }
static inline void static_key_enable(enum static_key_id key) { host_static_keys[key] = true; }

#endif
