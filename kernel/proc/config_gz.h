/* SPDX-License-Identifier: MIT */
/* kernel/fs/config.txt, compressed at build time. */
#ifndef KERNEL_FS_CONFIG_GZ_H
#define KERNEL_FS_CONFIG_GZ_H

extern const unsigned char config_gz[];
extern const unsigned long config_gz_size;

#endif
