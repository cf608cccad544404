// SPDX-License-Identifier: MIT
/* From whatever state the firmware left to a running controller (xHCI 1.2, 4.2). */
#include <asm/memory.h>
#include <lib/bitmap.h>
#include <lib/printk.h>
#include <mm/page_alloc.h>
#include <mm/vmalloc.h>

#include "xhci.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 2u
#define PCI_COMMAND_MASTER 4u
#define PCI_COMMAND_NO_INTX 0x400u
#define MAX_BAR (1UL << 20)             /* bytes of it that are mapped */
#define HALT_MS 100                     /* 16 ms by 5.4.1.1 */
#define RESET_MS 1000
#define HCC_64BIT 1u
#define HCC_CONTEXT_64 4u

void *xhci_alloc(struct xhci *c, unsigned int order, u64 *phys)
{
	void *p = get_free_pages((c->is_64bit ? GFP_KERNEL : __GFP_DMA32) | __GFP_ZERO, order);

	if (p)
		*phys = __pa(p);
	return p;
}

static void switch_on(struct xhci *c, u32 bits)
{
	u32 v = pci_config.read(c->pci->segment, c->pci->bus, c->pci->devfn, PCI_COMMAND) & 0xffff;

	pci_config.write(c->pci->segment, c->pci->bus, c->pci->devfn, PCI_COMMAND, v | bits);
}

static const char *map_registers(struct xhci *c)
{
	const struct pci_bar *b = &c->pci->bar[0];
	u32 params, doorbells;

	if (b->is_io || !b->is_assigned || b->size < 0x1000)
		return "the firmware gave it no address";
	c->size = min(b->size, MAX_BAR);
	c->regs = ioremap(b->start, c->size);
	if (!c->regs)
		return "its registers can't be mapped";
	switch_on(c, PCI_COMMAND_MEMORY | PCI_COMMAND_NO_INTX);
	params = xhci_read(c, CAP_HCSPARAMS1);
	if (params == ~0u)
		return "its registers don't answer";
	c->version = xhci_read(c, CAP_LENGTH) >> 16;
	c->op = xhci_read(c, CAP_LENGTH) & 0xff;
	c->runtime = xhci_read(c, CAP_RTSOFF) & ~0x1fu;
	doorbells = xhci_read(c, CAP_DBOFF) & ~3u;
	c->doorbells = doorbells;
	c->nr_slots = params & 0xff;
	c->nr_ports = params >> 24;
	params = xhci_read(c, CAP_HCCPARAMS1);
	c->is_64bit = params & HCC_64BIT;
	c->context_size = params & HCC_CONTEXT_64 ? 64 : 32;
	if (c->nr_slots == 0 || c->nr_ports == 0 || c->op < 0x20 || c->op % 4 || c->op + OP_PORTSC(c->nr_ports) + 0x10 > c->size ||
	    (u64)c->runtime + 0x40 > c->size || (u64)doorbells + 4 * (c->nr_slots + 1) > c->size)
		return "its registers make no sense";
	return NULL;
}

/* Halted, then reset: nothing that the firmware began goes on. */
static const char *reset(struct xhci *c)
{
	u32 op = c->op;

	if (!(xhci_read(c, op + OP_USBSTS) & USBSTS_HALTED)) {
		xhci_write(c, op + OP_USBCMD, xhci_read(c, op + OP_USBCMD) & ~USBCMD_RUN);
		if (!xhci_wait_register(c, op + OP_USBSTS, USBSTS_HALTED, USBSTS_HALTED, HALT_MS))
			return "it does not halt";
	}
	xhci_write(c, op + OP_USBCMD, USBCMD_RESET);
	xhci_sleep(c, 2 * MS);          /* some hang when they are read at once */
	if (!xhci_wait_register(c, op + OP_USBCMD, USBCMD_RESET, 0, RESET_MS))
		return "its reset does not end";
	if (!xhci_wait_register(c, op + OP_USBSTS, USBSTS_NOT_READY, 0, RESET_MS))
		return "it is not ready after its reset";
	return NULL;
}

/* Pages that the controller wants for itself (4.20). */
static bool give_scratchpad(struct xhci *c)
{
	u32 params = xhci_read(c, CAP_HCSPARAMS2), sizes = xhci_read(c, c->op + OP_PAGESIZE) & 0xffff;
	unsigned int n = (params >> 21 & 0x1f) << 5 | params >> 27, order = sizes ? __ffs(sizes) : 0;
	u64 *array;

	if (n == 0)
		return true;
	if (order > MAX_ORDER)
		return false;
	array = xhci_alloc(c, n > 512, &c->shared->device_context[0]);
	if (!array)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (!xhci_alloc(c, order, &array[i]))
			return false;
	return true;
}

/* What is allocated here stays: a controller is never let go. */
static const char *give_memory(struct xhci *c)
{
	struct trb *events;
	u64 events_phys = 0;

	c->shared = xhci_alloc(c, 0, &c->shared_phys);
	c->input = xhci_alloc(c, 0, &c->input_phys);
	c->buffer = xhci_alloc(c, 0, &c->buffer_phys);
	events = xhci_alloc(c, 0, &events_phys);
	if (!c->shared || !c->input || !c->buffer || !events || !give_scratchpad(c))
		return "there is no memory for it";
	ring_init(&c->commands, c->shared->command, c->shared_phys + offsetof(struct shared_memory, command), COMMAND_TRBS);
	event_ring_init(&c->events, events, events_phys, EVENT_TRBS);
	c->shared->segment[0] = (struct event_segment){ .base = events_phys, .size = EVENT_TRBS };
	return NULL;
}

static void program(struct xhci *c)
{
	xhci_write(c, c->op + OP_CONFIG, c->nr_slots);
	xhci_write64(c, c->op + OP_DCBAAP, c->shared_phys);
	xhci_write64(c, c->op + OP_CRCR, c->commands.phys | CRCR_CYCLE);
	xhci_write(c, c->runtime + RT_ERSTSZ, 1);
	xhci_write64(c, c->runtime + RT_ERDP, event_ring_dequeue(&c->events));
	xhci_write64(c, c->runtime + RT_ERSTBA, c->shared_phys + offsetof(struct shared_memory, segment));
}

const char *xhci_start(struct xhci *c)
{
	const char *why = map_registers(c);

	if (why)
		return why;
	xhci_take_from_firmware(c);
	why = reset(c);
	if (!why)
		why = give_memory(c);
	if (why)
		return why;
	xhci_find_protocols(c);
	program(c);
	switch_on(c, PCI_COMMAND_MASTER);       /* not earlier: what the firmware told it to do is forgotten now */
	xhci_write(c, c->op + OP_USBCMD, USBCMD_RUN);
	if (!xhci_wait_register(c, c->op + OP_USBSTS, USBSTS_HALTED, 0, HALT_MS))
		return "it does not run";
	root_ports_power(c);
	return NULL;
}
