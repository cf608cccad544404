/* SPDX-License-Identifier: MIT */
/*
 * A recorded machine's memory map as text (tests/machines/README.md): efi-memmap.txt, "TYPE START END ATTR" with a
 * decimal type, or e820.txt, "TYPE START END" with a type in words. Which of the two it is, the first line
 * that is no comment tells. Pure.
 */
#ifndef IOMEM_MAP_TEXT_H
#define IOMEM_MAP_TEXT_H

#include <iomem/e820.h>
#include <lib/compiler.h>
#include <lib/types.h>

/*
 * The table of @size bytes of text, replacing what @t held. 0; -EINVAL: line *bad_line (from 1) is not as
 * described, or 0 when there is no entry at all; -ENOSPC: entries were dropped (stats say how many).
 */
int map_text_parse(struct e820_table *t, const char *text, size_t size, unsigned int *bad_line) __must_check;

/* efi-memmap.txt's descriptors one at a time, *pos = 0 first: false at the end, and where map_text_parse would complain. */
bool map_text_next_desc(const char *text, size_t size, size_t *pos, struct efi_mem_desc *d);

#endif
