/* SPDX-License-Identifier: MIT */
/* userfaultfd(2), ioctl_userfaultfd(2): Linux x86-64 ABI, as of 6.1. */
#ifndef UAPI_USERFAULTFD_H
#define UAPI_USERFAULTFD_H

#include <lib/compiler.h>
#include <lib/types.h>

#define UFFD_USER_MODE_ONLY 1

#define USERFAULTFD_IOC_NEW 0xaa00u     /* on /dev/userfaultfd; its argument: the flags of userfaultfd(2) */

#define UFFD_API 0xaaUL
#define UFFDIO_API          0xc018aa3fu
#define UFFDIO_REGISTER     0xc020aa00u
#define UFFDIO_UNREGISTER   0x8010aa01u
#define UFFDIO_WAKE         0x8010aa02u
#define UFFDIO_COPY         0xc028aa03u
#define UFFDIO_ZEROPAGE     0xc020aa04u
#define UFFDIO_WRITEPROTECT 0xc018aa06u
#define UFFDIO_CONTINUE     0xc020aa07u

/* Bit N of an "ioctls" field: the request whose low byte is N is there. */
#define UFFD_API_IOCTLS (1UL << 63 | 1UL << 0 | 1UL << 1)
#define UFFD_RANGE_IOCTLS (1UL << 2 | 1UL << 3 | 1UL << 4 | 1UL << 6 | 1UL << 7)
#define UFFD_IOCTL_WRITEPROTECT (1UL << 6)
#define UFFD_IOCTL_CONTINUE (1UL << 7)

#define UFFD_FEATURE_PAGEFAULT_FLAG_WP    (1u << 0)
#define UFFD_FEATURE_EVENT_FORK           (1u << 1)
#define UFFD_FEATURE_EVENT_REMAP          (1u << 2)
#define UFFD_FEATURE_EVENT_REMOVE         (1u << 3)
#define UFFD_FEATURE_MISSING_HUGETLBFS    (1u << 4)
#define UFFD_FEATURE_MISSING_SHMEM        (1u << 5)
#define UFFD_FEATURE_EVENT_UNMAP          (1u << 6)
#define UFFD_FEATURE_SIGBUS               (1u << 7)
#define UFFD_FEATURE_THREAD_ID            (1u << 8)
#define UFFD_FEATURE_MINOR_HUGETLBFS      (1u << 9)
#define UFFD_FEATURE_MINOR_SHMEM          (1u << 10)
#define UFFD_FEATURE_EXACT_ADDRESS        (1u << 11)
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM   (1u << 12)
#define UFFD_API_FEATURES ((1u << 13) - 1)

#define UFFDIO_REGISTER_MODE_MISSING 1u
#define UFFDIO_REGISTER_MODE_WP      2u
#define UFFDIO_REGISTER_MODE_MINOR   4u

/* Of COPY, ZEROPAGE (the first alone), WRITEPROTECT (the other way round), CONTINUE (the first alone). */
#define UFFDIO_MODE_DONTWAKE             1u
#define UFFDIO_COPY_MODE_WP              2u
#define UFFDIO_WRITEPROTECT_MODE_WP      1u
#define UFFDIO_WRITEPROTECT_MODE_DONTWAKE 2u

#define UFFD_EVENT_PAGEFAULT 0x12
#define UFFD_EVENT_FORK      0x13
#define UFFD_EVENT_REMAP     0x14
#define UFFD_EVENT_REMOVE    0x15
#define UFFD_EVENT_UNMAP     0x16

#define UFFD_PAGEFAULT_FLAG_WRITE 1u
#define UFFD_PAGEFAULT_FLAG_WP    2u
#define UFFD_PAGEFAULT_FLAG_MINOR 4u

/* What read(2) gives. arg: flags, address, thread id | descriptor | from, to, length | start, end */
struct uffd_msg_abi {
	u8 event;
	u8 reserved[7];
	u64 arg[3];
};
static_assert(sizeof(struct uffd_msg_abi) == 32);

struct uffdio_range_abi { u64 start, len; };
struct uffdio_api_abi { u64 api, features, ioctls; };
struct uffdio_register_abi { struct uffdio_range_abi range; u64 mode, ioctls; };
struct uffdio_copy_abi { u64 dst, src, len, mode; s64 copy; };
/* ZEROPAGE, CONTINUE; WRITEPROTECT has no last field. */
struct uffdio_fill_abi { struct uffdio_range_abi range; u64 mode; s64 done; };
static_assert(sizeof(struct uffdio_api_abi) == 0x18 && sizeof(struct uffdio_register_abi) == 0x20);
static_assert(sizeof(struct uffdio_copy_abi) == 0x28 && sizeof(struct uffdio_fill_abi) == 0x20);

#endif
