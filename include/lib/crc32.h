/* SPDX-License-Identifier: MIT */
/*
 * CRC-32 as in GPT, zlib and Ethernet (reflected polynomial 0xedb88320; of "123456789": 0xcbf43926).
 * Begin with @crc 0; feed the result back in for more bytes. Pure: the loader shares it.
 */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <lib/types.h>

u32 crc32(u32 crc, const void *data, size_t n);

#endif
