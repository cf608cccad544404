/* SPDX-License-Identifier: MIT */
/*
 * The boot options: words separated by blanks, `name` or `name=value`; a value in double quotes may
 * hold blanks. The last of several wins. "--" ends ours; what follows is init's.
 * Set once at boot [B]; read from anywhere.
 */
#ifndef LIB_CMDLINE_H
#define LIB_CMDLINE_H

#include <lib/compiler.h>
#include <lib/types.h>

#define CMDLINE_MAX 4096

/* Keeps a copy of @text. 0, or -E2BIG when it was cut at CMDLINE_MAX. */
int cmdline_set(const char *text);
/* All of it, as given. */
const char *cmdline_text(void);

/*
 * The value of @name into @buf, without quotes; a bare `name` gives "". Returns the length,
 * -ENOENT when the option is not there, -E2BIG when it did not fit (cut, NUL-terminated).
 */
ssize_t cmdline_get(const char *name, char *buf, size_t size);
/* Is `name` or `name=...` there (and not name=0, name=no, name=off)? */
bool cmdline_has(const char *name);
/* `name=SIZE` with memparse's suffixes, `name=NUMBER` likewise; @fallback when absent or not a number. */
u64 cmdline_get_size(const char *name, u64 fallback);
/* What follows "--", or "". */
const char *cmdline_init_args(void);

#endif
