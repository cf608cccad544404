/* SPDX-License-Identifier: MIT */
/*
 * Rings of transfer request blocks (xHCI 1.2, 4.9 and 6.4): one segment each. In a ring that we fill, the last
 * block is a Link to the first, and the cycle bit tells the controller which blocks are new; in the event ring the
 * controller fills, and the cycle bit tells us. Pure: the host tests run it. Lock: the owner's.
 *
 * The memory is shared with a device that may write anything at any time: what is read is checked by the reader.
 */
#ifndef USB_RING_H
#define USB_RING_H

#include <lib/compiler.h>
#include <lib/types.h>

struct trb {
	u64 parameter;
	u32 status, control;
};
static_assert(sizeof(struct trb) == 16);

/* control: cycle bit 0, type bits 10-15, endpoint 16-20, slot 24-31 (tables 6-91, 6-38 ...). */
#define TRB_CYCLE 1u
#define TRB_TOGGLE 2u           /* Link: the cycle bit changes its meaning behind it */
#define TRB_ISP 4u              /* event on a short packet */
#define TRB_IOC 0x20u           /* event on completion */
#define TRB_IDT 0x40u           /* the parameter is the data */
#define TRB_BSR 0x200u
#define TRB_DIR_IN 0x10000u
#define TRB_TYPE(t) ((u32)(t) << 10)
#define TRB_ENDPOINT(dci) ((u32)(dci) << 16)
#define TRB_SLOT(slot) ((u32)(slot) << 24)
#define trb_type(control) ((control) >> 10 & 0x3f)
#define trb_endpoint(control) ((control) >> 16 & 0x1f)
#define trb_slot(control) ((control) >> 24)
#define trb_code(status) ((status) >> 24)
#define trb_residue(status) ((status) & 0xffffff)

enum trb_type {
	TRB_NORMAL = 1, TRB_SETUP = 2, TRB_DATA = 3, TRB_STATUS = 4, TRB_LINK = 6, TRB_ENABLE_SLOT = 9, TRB_DISABLE_SLOT = 10,
	TRB_ADDRESS_DEVICE = 11, TRB_CONFIGURE_ENDPOINT = 12, TRB_EVALUATE_CONTEXT = 13, TRB_RESET_ENDPOINT = 14,
	TRB_STOP_ENDPOINT = 15, TRB_SET_DEQUEUE = 16, TRB_TRANSFER_EVENT = 32, TRB_COMMAND_EVENT = 33, TRB_PORT_EVENT = 34,
	TRB_HOST_EVENT = 37,
};

/* Completion codes, table 6-90. */
enum trb_code {
	CODE_SUCCESS = 1, CODE_STALL = 6, CODE_SHORT = 13, CODE_RING_STOPPED = 24, CODE_ABORTED = 25, CODE_STOPPED = 26,
	CODE_STOPPED_LENGTH = 27, CODE_STOPPED_SHORT = 28,
};

struct ring {
	struct trb *trb;        /* [I] shared with the controller */
	u64 phys;               /* [I] of trb[0] */
	unsigned int size;      /* [I] blocks; the Link included where we fill */
	unsigned int next;      /* where the next one is written or read */
	u32 cycle;              /* the cycle bit of new blocks */
};

/* @trb: @size blocks (at least 2) that do not cross 64 KiB; they are cleared. A ring that we fill / the event ring. */
void ring_init(struct ring *r, struct trb *trb, u64 phys, unsigned int size);
void event_ring_init(struct ring *r, struct trb *trb, u64 phys, unsigned int size);
/* Writes one block and gives it to the controller; its physical address. At most size - 2 may be under way: the owner counts. */
u64 ring_push(struct ring *r, u64 parameter, u32 status, u32 control);
/* Which block of @r is at that address; -1: none that could carry a transfer. */
int ring_index(const struct ring *r, u64 phys);
/* A copy of the next event; false: there is none. */
bool event_ring_pop(struct ring *r, struct trb *event);
/* Where the controller may write up to: the dequeue pointer. */
u64 event_ring_dequeue(const struct ring *r);

#endif
