/* SPDX-License-Identifier: MIT */
/*
 * One xHCI controller and the devices behind it (xHCI 1.2). One kernel thread a controller does all the work, from the
 * firmware's hand-off to each key: it sleeps, looks at the event ring, acts. Nobody else touches the controller.
 *
 * Polled, not interrupted: which interrupt line a PCI function has only AML's _PRT says, which is not run, and
 * MSI and MSI-X are each missing on some controllers. A look at the event ring is one read of RAM each 10 ms
 * (the tick's own rate) while a keyboard or hub is there, each 100 ms otherwise, and can't be lost or storm.
 *
 * Every wait has an end. A controller that does not keep its part is given up for good: ->dead says why, everything
 * fails from then on, the thread says one sentence, cuts the controller off the bus, and ends.
 *
 * Locks: everything is the thread's own, but [l]: written under ->lock, so that /proc/atlas/usb may read.
 */
#ifndef USB_XHCI_H
#define USB_XHCI_H

#include <asm/mmio.h>
#include <drivers/pci.h>
#include <lib/rwsem.h>
#include <lib/types.h>

#include "descriptor.h"
#include "hid.h"
#include "ring.h"

#define MS 1000000UL                    /* ns */
#define MAX_SLOTS 255
#define MAX_ROOT_PORTS 255
#define MAX_HUB_DEPTH 5                 /* hubs between a root port and a device: what a route string holds */
#define MAX_FAILURES 3                  /* attempts with a device, until it is plugged again */
#define EP0 1                           /* device context index of the control endpoint */

/* Capability registers (5.3), from the start of BAR 0. */
#define CAP_LENGTH 0x00                 /* bits 0-7; version 16-31 */
#define CAP_HCSPARAMS1 0x04
#define CAP_HCSPARAMS2 0x08
#define CAP_HCCPARAMS1 0x10
#define CAP_DBOFF 0x14
#define CAP_RTSOFF 0x18
/* Operational registers (5.4), from ->op. */
#define OP_USBCMD 0x00
#define OP_USBSTS 0x04
#define OP_PAGESIZE 0x08
#define OP_CRCR 0x18
#define OP_DCBAAP 0x30
#define OP_CONFIG 0x38
#define OP_PORTSC(port) (0x400 + 0x10 * ((port) - 1))
#define USBCMD_RUN 1u
#define USBCMD_RESET 2u
#define USBSTS_HALTED 1u
#define USBSTS_HOST_ERROR 4u            /* the bus refused it */
#define USBSTS_NOT_READY 0x800u
#define USBSTS_INTERNAL_ERROR 0x1000u
#define CRCR_CYCLE 1u
#define CRCR_ABORT 4u
#define CRCR_RUNNING 8u
/* Interrupter 0 (5.5.2), from ->runtime. */
#define RT_ERSTSZ 0x28
#define RT_ERSTBA 0x30
#define RT_ERDP 0x38
#define ERDP_BUSY 8u

struct usb_device;

/* A port of the root hub, or of a hub. */
struct usb_port {
	struct usb_device *child;       /* NULL: nothing there, or nothing that works */
	bool changed;                   /* somebody must look */
	u8 failures;                    /* with what is plugged in now */
	u8 usb3;                        /* root ports: the SuperSpeed half */
};

/* A device's part of the memory shared with the controller: one page. */
#define EP0_TRBS 32
#define IN_TRBS 16
#define IN_BUFFER 64
struct device_memory {
	u8 context[2048];               /* written by the controller: slot, then 31 endpoints of 32 or 64 bytes */
	struct trb ep0[EP0_TRBS];
	struct trb in[IN_TRBS];
	u8 buffer[IN_TRBS][IN_BUFFER];  /* of the block of the same index */
};
static_assert(sizeof(struct device_memory) <= 4096);

struct usb_device {
	struct xhci *c;                 /* [I] */
	struct usb_device *parent;      /* [I] the hub; NULL: at a root port */
	u8 port;                        /* [I] of the parent or root hub, from 1 */
	u8 root_port, depth, speed;     /* [I] depth: hubs above it */
	u8 slot;                        /* [I] */
	u8 tt_slot, tt_port;            /* [I] the high-speed hub that translates for it; 0: none */
	u32 route;                      /* [I] */
	unsigned int max_packet0;
	struct usb_identity id;
	struct usb_function f;          /* ->kind: [l] */
	struct device_memory *memory;   /* [I] */
	u64 memory_phys;
	struct ring ep0, in;
	unsigned int in_length;         /* bytes asked for in each interrupt transfer */
	bool in_failed;                 /* the interrupt endpoint stopped with an error */
	u8 in_failures;                 /* in a row */
	u64 in_retry_ns;
	struct usb_hub_info hub;
	struct usb_port child[HUB_MAX_PORTS + 1];
	struct hid_keyboard keyboard;
};

/* The controller's own part of shared memory. */
#define COMMAND_TRBS 64
#define EVENT_TRBS 256
#define CONTROL_BUFFER 4096
struct event_segment { u64 base; u32 size, reserved; };
struct shared_memory {
	u64 device_context[MAX_SLOTS + 1];      /* 0: the scratchpad array */
	struct event_segment segment[4];        /* one is used; 64 bytes */
	struct trb command[COMMAND_TRBS];
};
static_assert(sizeof(struct shared_memory) <= 4096);

struct xhci {
	const struct pci_dev *pci;      /* [I] */
	char name[PCI_NAME_LEN];        /* [I] */
	unsigned int number;            /* [I] from 1, as in "usb 1-2" */
	volatile u8 *regs;              /* [I] BAR 0, ->size bytes */
	u64 size;
	u32 op, runtime, doorbells;     /* [I] offsets in it */
	unsigned int version, nr_slots, nr_ports, context_size;
	bool is_64bit;
	const char *dead;               /* why it is given up; NULL: it works */

	struct shared_memory *shared;
	u64 shared_phys;
	u32 *input;                     /* input context, a page */
	u64 input_phys;
	u8 *buffer;                     /* of the one control transfer that is under way */
	u64 buffer_phys;
	struct ring commands, events;

	struct { u64 phys; bool done; u8 code, slot; } command;         /* the one that is under way */
	struct {
		struct usb_device *dev;
		u64 setup, data, status;        /* where its blocks are; data 0: none */
		unsigned int residue;
		bool done;
		u8 code;
	} control;

	struct usb_port port[MAX_ROOT_PORTS + 1];
	struct usb_device *slot[MAX_SLOTS + 1]; /* [l] */
	struct mutex lock;
	struct xhci *next;              /* [B] all controllers */
};

static inline u32 xhci_read(const struct xhci *c, u32 offset)
{
	return readl(c->regs + offset);
}

static inline void xhci_write(struct xhci *c, u32 offset, u32 v)
{
	writel(v, c->regs + offset);
}

/* Low half first (5.1): the upper one takes effect with it on controllers that look at both. */
static inline void xhci_write64(struct xhci *c, u32 offset, u64 v)
{
	xhci_write(c, offset, (u32)v);
	xhci_write(c, offset + 4, (u32)(v >> 32));
}

static inline void xhci_doorbell(struct xhci *c, unsigned int slot, unsigned int target)
{
	barrier();
	xhci_write(c, c->doorbells + 4 * slot, target);
}

/* run.c: the thread; @c has ->pci, ->name and ->number. Returns when the controller is given up. */
void xhci_run(void *c);

/* start.c: everything up to a running controller with powered ports. Sleeps. NULL, or why not (a part of a sentence). */
const char *xhci_start(struct xhci *c);
/* extended.c: hand-off from the firmware, and which ports speak what. */
void xhci_take_from_firmware(struct xhci *c);
void xhci_find_protocols(struct xhci *c);
/* Waits until (register & @mask) == @want. False: the time is over, or the controller is gone. Sleeps. */
bool xhci_wait_register(struct xhci *c, u32 offset, u32 mask, u32 want, unsigned int ms);
/* Zeroed pages the controller can reach; NULL: none. */
void *xhci_alloc(struct xhci *c, unsigned int order, u64 *phys);

/* event.c. xhci_poll() takes what the controller has to say, and does what time asks for; it never sleeps. */
void xhci_poll(struct xhci *c);
/* Lets others run for that long, polling. */
void xhci_sleep(struct xhci *c, u64 ns);
/* Until *@done; false: @ms are over, or the controller died. */
bool xhci_wait(struct xhci *c, const bool *done, unsigned int ms);

/* command.c: 0, -EIO (the controller says no, or is dead), -ETIMEDOUT. All sleep. */
int xhci_enable_slot(struct xhci *c, u8 *slot) __must_check;
int xhci_disable_slot(struct xhci *c, unsigned int slot) __must_check;
int xhci_address_device(struct usb_device *dev) __must_check;
int xhci_update_max_packet0(struct usb_device *dev) __must_check;
int xhci_configure_endpoint(struct usb_device *dev) __must_check;       /* the interrupt IN endpoint of dev->f */
int xhci_configure_hub(struct usb_device *dev) __must_check;            /* dev->hub into the slot context */
/* After an error: the endpoint stands still with an empty ring. @timed_out: it has to be stopped first. */
int xhci_restart_endpoint(struct usb_device *dev, unsigned int dci, bool timed_out) __must_check;

/* control.c. bmRequestType << 8 | bRequest, wValue, wIndex. Data comes or goes through c->buffer (at most CONTROL_BUFFER).
 * Bytes transferred, or -EPIPE (stalled: the device does not know the request), -EIO, -ETIMEDOUT. Sleeps. */
int usb_control(struct usb_device *dev, u16 request, u16 value, u16 index, unsigned int length) __must_check;
void usb_control_event(struct usb_device *dev, const struct trb *event);

/* interrupt.c: the interrupt IN endpoint of a keyboard or hub. */
static inline unsigned int in_dci(const struct usb_device *dev) { return 2u * dev->f.endpoint + 1; }
void usb_in_start(struct usb_device *dev);
void usb_in_event(struct usb_device *dev, const struct trb *event);
void usb_in_recover(struct usb_device *dev);    /* when ->in_failed; sleeps */

/* device.c. Sleep. */
struct usb_device *usb_attach(struct xhci *c, struct usb_device *parent, unsigned int port, unsigned int speed) __must_check;
void usb_remove(struct usb_device *dev);        /* with all below it */
/* "1-2.3": the controller, its port, the hubs' ports */
#define USB_NAME_LEN 32
void usb_name(const struct xhci *c, const struct usb_device *parent, unsigned int port, char name[USB_NAME_LEN]);

/* port.c: looks at every port that changed. Sleeps. */
void usb_ports_work(struct xhci *c);
/* What a port says; its changes are acknowledged by reading. */
struct port_status {
	bool connected, enabled, resetting, connect_changed;
	u8 speed;                       /* valid when enabled */
};

/* root.c and hub.c: the same for a root port and for a hub's port. 0 or -errno. */
int root_port_status(struct xhci *c, unsigned int port, struct port_status *st) __must_check;
int root_port_reset(struct xhci *c, unsigned int port) __must_check;
void root_ports_power(struct xhci *c);
int hub_port_status(struct usb_device *hub, unsigned int port, struct port_status *st) __must_check;
int hub_port_reset(struct usb_device *hub, unsigned int port) __must_check;
int hub_start(struct usb_device *hub) __must_check;
void hub_acknowledge(struct usb_device *hub);   /* what a report says of the hub itself */
void hub_report(struct usb_device *hub, const u8 *report, size_t n);

/* keyboard.c */
int keyboard_start(struct usb_device *dev) __must_check;
void keyboard_report(struct usb_device *dev, const u8 *report, size_t n);
void keyboard_release_all(struct usb_device *dev);
void keyboard_repeat(struct usb_device *dev);

#endif
