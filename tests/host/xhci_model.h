/* SPDX-License-Identifier: MIT */
/*
 * A model of an xHCI controller with devices, for the host tests: what the driver reads and writes comes here (asm/mmio.h),
 * time is a number that the driver's sleeps move on. It follows the specification as far as the driver uses it, checks what
 * it is told, and on demand breaks every rule (model.chaos).
 */
#ifndef TEST_XHCI_MODEL_H
#define TEST_XHCI_MODEL_H

#include "check.h"

#include <asm/memory.h>
#include <drivers/keyboard.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <task/wait.h>
#include <uapi/errno.h>
#include <x86/cpu.h>

#include "../../kernel/drivers/usb/xhci.h"

#define MODEL_PORTS 4
#define MODEL_SLOTS 8
#define MODEL_OP 0x20
#define MODEL_LEGACY 0x800
#define MODEL_PROTOCOL 0x820
#define MODEL_RUNTIME 0x1000
#define MODEL_DOORBELLS 0x2000
#define MODEL_SIZE 0x10000

/* A device that can be plugged in. */
struct mdev {
	unsigned int speed, stalls;             /* stalls: requests (low byte, bRequest) that it refuses, one bit each */
	const u8 *device, *config;
	size_t config_size;
	struct mdev *child[3];                  /* a hub's ports 1..2 */
	u32 child_status[3];                    /* change << 16 | status */
	u8 report[8][8];                        /* waiting to be fetched */
	unsigned int nr_reports;
	bool configured;
};

struct mring { struct trb *trb; u8 cycle; };

struct model {
	bool contexts_64, addresses_64, bios_keeps, never_halts, never_resets, never_answers;
	unsigned int scratchpads;
	unsigned int chaos;                     /* of 1000 things, so many go wrong */
	u64 gone_ns;                            /* all registers read as ones from then on */

	u64 now, bios_release_ns;
	u32 cmd, legacy, legacy_control, portsc[MODEL_PORTS + 1];
	u64 dcbaa, erst;
	bool halted;
	struct mring commands;
	unsigned int event_at;
	u8 event_cycle;
	struct mdev *root[MODEL_PORTS + 1];
	struct { bool enabled; struct mdev *dev; struct mring ep[32]; bool stopped[32]; u32 context[3], ep_context[32][5]; } slot[MODEL_SLOTS + 1];
	unsigned int pages;                     /* given to the driver */
	bool dma_on;
	bool down[256];                         /* keys, as keyboard_event() was told */
	char typed[4096];                       /* "+30 -30 ..." */
};
extern struct model model;
extern const u8 model_keyboard[18], model_hub[18], model_keyboard_config[34], model_hub_config[25];

/* Everything forgotten; nothing plugged in. */
void model_reset(void);
/* What chaos does next; not 0. */
void model_seed(u64 seed);
void model_plug(unsigned int port, struct mdev *dev);
void model_unplug(unsigned int port);
void model_type(struct mdev *keyboard, u8 usage, u8 modifiers);
/* Runs the driver until the model's clock says @ns; then the controller is gone, and the driver must end. Its controller. */
struct xhci *model_run(u64 ns);
/* Called at each of the driver's sleeps, at model.now; NULL: nothing. */
extern void (*model_at)(void);

#endif
