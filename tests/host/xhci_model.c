// SPDX-License-Identifier: MIT
/* The model of an xHCI controller (xhci_model.h). */
#include "xhci_model.h"

struct model model;
void (*model_at)(void);
struct kmem_cache kmalloc_caches[NR_KMALLOC_CACHES];
long fail_alloc_countdown;

/* A controller is never let go, and its memory with it; what devices had is counted in model.pages. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

static u8 bar[MODEL_SIZE];
static struct xhci *controller;
static struct pci_dev pci = { .bus = 0, .devfn = 8, .bar = { { .start = 0xfe000000, .size = MODEL_SIZE, .is_64bit = true, .is_assigned = true } } };

const u8 model_keyboard[18] = { 18, 1, 0, 2, 0, 0, 0, 8, 0x27, 6, 1, 0, 0, 1, 0, 0, 0, 1 };
const u8 model_hub[18] = { 18, 1, 0, 2, 9, 0, 1, 64, 0x09, 4, 0xaa, 0x55, 0, 1, 0, 0, 0, 1 };
const u8 model_keyboard_config[34] = { 9, 2, 34, 0, 1, 1, 0, 0xa0, 50, 9, 4, 0, 0, 1, 3, 1, 1, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0,
	7, 5, 0x81, 3, 8, 0, 10 };
const u8 model_hub_config[25] = { 9, 2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 1, 0, 12 };

static bool goes_wrong(void)
{
	return model.chaos && test_below(1000) < model.chaos;
}

/* What the driver calls in the kernel. */

u64 ktime_get_ns(void) { return model.now += 1000; }
void set_current_sleeping(void) { }
void set_current_running(void) { }
void *ioremap(phys_addr_t pa, size_t size) { return bar; }
void iounmap(const void *addr) { }
static u32 config_read(u16 segment, u8 bus, u8 devfn, u16 reg) { return model.dma_on ? 6 : 2; }
static void config_write(u16 segment, u8 bus, u8 devfn, u16 reg, u32 v) { model.dma_on = v & 4; }
const struct pci_access pci_config = { config_read, config_write };

void *get_free_pages(gfp_t gfp, unsigned int order)
{
	assert_true(model.addresses_64 || gfp & __GFP_DMA32);
	assert_true(gfp & __GFP_ZERO);
	model.pages += 1u << order;
	return memset(aligned_alloc(4096UL << order, 4096UL << order), 0, 4096UL << order);
}

void free_pages_addr(void *addr, unsigned int order)
{
	model.pages -= 1u << order;
	free(addr);
}

void *__kmem_cache_alloc_slow(struct kmem_cache *c, gfp_t gfp)
{
	static const size_t sizes[NR_KMALLOC_CACHES] = { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 };

	return calloc(1, sizes[c - kmalloc_caches]);
}

void *__kmalloc(size_t size, gfp_t gfp) { return calloc(1, size); }
void kfree(const void *p) { free((void *)p); }
void __mutex_lock(struct mutex *m) { fail(); }

void keyboard_event(unsigned int code, bool pressed)
{
	size_t n = strlen(model.typed);

	assert_true(code > 0 && code < 256);
	model.down[code] = pressed;
	snprintf(model.typed + n, sizeof(model.typed) - n, "%c%u ", pressed ? '+' : '-', code);
}

/* Events. */

static void event(u64 parameter, u32 status, u32 control)
{
	struct event_segment *s = __va(model.erst);
	struct trb *t;

	if (!model.erst || model.halted || !model.dma_on)
		return;
	if (goes_wrong()) {
		switch (test_below(6)) {
		case 0: return;
		case 1: status = (status & 0xffffff) | (u32)test_random() << 24; break;
		case 2: control = (control & 0xffff) | (u32)test_random() << 16; break;
		case 3: parameter = test_random(); break;
		case 4: status = (u32)test_random(); break;
		case 5: control = (u32)test_random(); break;
		}
	}
	t = (struct trb *)__va(s->base) + model.event_at;
	*t = (struct trb){ parameter, status, (control & ~1u) | model.event_cycle };
	if (++model.event_at == s->size) {
		model.event_at = 0;
		model.event_cycle ^= 1;
	}
}

static void port_event(unsigned int port)
{
	event((u64)port << 24, CODE_SUCCESS << 24, TRB_TYPE(TRB_PORT_EVENT));
}

/* The next block of a ring, or NULL. */
static struct trb *fetch(struct mring *r)
{
	struct trb *t = r->trb;

	if (!t || (t->control & 1) != r->cycle)
		return NULL;
	if (trb_type(t->control) == TRB_LINK) {
		assert_true(t->control & TRB_TOGGLE);
		r->cycle ^= 1;
		t = r->trb = __va(t->parameter);
		if ((t->control & 1) != r->cycle)
			return NULL;
	}
	r->trb++;
	return t;
}

/* Commands. */

static u32 *input(const struct trb *t, unsigned int index)
{
	return (u32 *)__va(t->parameter) + index * (model.contexts_64 ? 16 : 8);
}

static struct mdev *device_at(const u32 *slot_context)
{
	unsigned int port = slot_context[1] >> 16 & 0xff;
	struct mdev *d = port >= 1 && port <= MODEL_PORTS ? model.root[port] : NULL;

	for (u32 route = slot_context[0] & 0xfffff; route && d; route >>= 4)
		d = (route & 0xf) < 3 ? d->child[route & 0xf] : NULL;
	return d;
}

static void take_endpoint(unsigned int slot, unsigned int dci, const u32 *ep)
{
	memcpy(model.slot[slot].ep_context[dci], ep, sizeof(model.slot[slot].ep_context[dci]));
	model.slot[slot].ep[dci].trb = __va((ep[2] & ~0xfu) | (u64)ep[3] << 32);
	model.slot[slot].ep[dci].cycle = ep[2] & 1;
	model.slot[slot].stopped[dci] = false;
}

static unsigned int with_input(const struct trb *t, unsigned int slot)
{
	u32 add = input(t, 0)[1];

	if (add & 1)
		memcpy(model.slot[slot].context, input(t, 1), sizeof(model.slot[slot].context));
	if (trb_type(t->control) == TRB_ADDRESS_DEVICE) {
		model.slot[slot].dev = device_at(input(t, 1));
		assert_int_equal(add, 3);
		/* The controller goes to the device by what it is told; in chaos another one may be there by now. */
		if (!model.slot[slot].dev || (model.chaos && model.slot[slot].dev->speed != (input(t, 1)[0] >> 20 & 0xf)))
			return 4;
		assert_int_equal(input(t, 1)[0] >> 20 & 0xf, model.slot[slot].dev->speed);
	}
	for (unsigned int dci = 1; dci < 32; dci++)
		if (add >> dci & 1)
			take_endpoint(slot, dci, input(t, dci + 1));
	return CODE_SUCCESS;
}

static unsigned int run_command(const struct trb *t, unsigned int *slot)
{
	unsigned int dci = trb_endpoint(t->control);

	if (trb_type(t->control) == TRB_ENABLE_SLOT) {
		for (*slot = 1; *slot <= MODEL_SLOTS && model.slot[*slot].enabled; ++*slot)
			;
		if (*slot > MODEL_SLOTS)
			return 9;
		memset(&model.slot[*slot], 0, sizeof(model.slot[*slot]));
		model.slot[*slot].enabled = true;
		return CODE_SUCCESS;
	}
	*slot = trb_slot(t->control);
	if (*slot < 1 || *slot > MODEL_SLOTS || !model.slot[*slot].enabled)
		return 11;
	switch (trb_type(t->control)) {
	case TRB_DISABLE_SLOT: memset(&model.slot[*slot], 0, sizeof(model.slot[*slot])); return CODE_SUCCESS;
	case TRB_ADDRESS_DEVICE: case TRB_CONFIGURE_ENDPOINT: case TRB_EVALUATE_CONTEXT: return with_input(t, *slot);
	case TRB_RESET_ENDPOINT: case TRB_STOP_ENDPOINT: model.slot[*slot].stopped[dci] = true; return CODE_SUCCESS;
	case TRB_SET_DEQUEUE:
		model.slot[*slot].ep[dci] = (struct mring){ __va(t->parameter & ~0xfUL), t->parameter & 1 };
		model.slot[*slot].stopped[dci] = false;
		return CODE_SUCCESS;
	}
	return 5;
}

static void command_doorbell(void)
{
	struct trb *t;

	while (!model.halted && model.dma_on && !model.never_answers && (t = fetch(&model.commands))) {
		unsigned int slot = 0, code = run_command(t, &slot);

		event(__pa(t), code << 24, TRB_TYPE(TRB_COMMAND_EVENT) | TRB_SLOT(slot));
	}
}

/* Requests to devices: bytes answered, or -1: stalled. */

static int hub_request(struct mdev *d, unsigned int request, unsigned int value, unsigned int index, u8 *data)
{
	static const u8 hub[9] = { 9, 0x29, 2, 0x60, 0, 25, 0, 0, 0xff };
	u32 *status = index < 3 ? &d->child_status[index] : NULL;

	if (request == 0xa006)
		return memcpy(data, hub, 9) ? 9 : -1;
	if (request == 0x2001 || !status)
		return status || request == 0x2001 ? 0 : -1;
	switch (request) {
	case 0xa300: memcpy(data, status, 4); return 4;
	case 0x2301: *status &= ~(1u << value); return 0;
	case 0x2303:
		if (value == 8)
			*status |= 0x100 | (d->child[index] ? 0x10001 : 0);
		if (value == 4 && d->child[index])
			*status |= 0x100002 | (d->child[index]->speed == SPEED_LOW ? 0x200 : d->child[index]->speed == SPEED_HIGH ? 0x400 : 0);
		return 0;
	}
	return -1;
}

static int request(struct mdev *d, const u8 *s, u8 *data)
{
	unsigned int request = s[0] << 8 | s[1], value = s[2] | s[3] << 8, index = s[4] | s[5] << 8;

	if (d->stalls >> (s[1] & 31) & 1)
		return -1;
	if (request == 0x8006 && value >> 8 == DESC_DEVICE)
		return memcpy(data, d->device, 18) ? 18 : -1;
	if (request == 0x8006 && value >> 8 == DESC_CONFIG)
		return memcpy(data, d->config, d->config_size) ? (int)d->config_size : -1;
	if (request == 0x0009)
		d->configured = true;
	if (s[0] == 0 || s[0] == 2 || s[0] == 0x21)
		return 0;
	return d->device == model_hub ? hub_request(d, request, value, index, data) : -1;
}

static void control_doorbell(unsigned int slot)
{
	struct mring *r = &model.slot[slot].ep[EP0];
	struct mdev *d = model.slot[slot].dev;
	u32 event_control = TRB_TYPE(TRB_TRANSFER_EVENT) | TRB_SLOT(slot) | TRB_ENDPOINT(EP0);
	struct trb *t;
	u8 data[4096];
	int n = -1;

	while (!model.slot[slot].stopped[EP0] && (t = fetch(r))) {
		unsigned int length = t->status & 0x1ffff;
		bool bad = false;

		if (trb_type(t->control) == TRB_SETUP) {
			assert_true(t->control & TRB_IDT && length == 8);
			n = d ? request(d, (const u8 *)&t->parameter, data) : -1;
			bad = n < 0;
		} else if (trb_type(t->control) == TRB_DATA) {
			n = min(n, (int)length);
			if (n > 0 && t->control & TRB_DIR_IN) {
				if (goes_wrong())
					data[test_below((u64)n)] = (u8)test_random();
				memcpy(__va(t->parameter), data, (size_t)n);
			}
			if (n < (int)length)
				event(__pa(t), CODE_SHORT << 24 | (length - (unsigned int)n), event_control);
		} else {
			event(__pa(t), CODE_SUCCESS << 24, event_control);
		}
		if (bad || goes_wrong()) {
			model.slot[slot].stopped[EP0] = true;
			event(__pa(t), (d ? CODE_STALL : 4u) << 24, event_control);
		}
	}
}

/* Interrupt endpoints: what is waiting goes where the driver asked for it. */
static void deliver(unsigned int slot, unsigned int dci)
{
	struct mdev *d = model.slot[slot].dev;
	u32 control = TRB_TYPE(TRB_TRANSFER_EVENT) | TRB_SLOT(slot) | TRB_ENDPOINT(dci);
	u8 changed = 0;
	struct trb *t;

	if (!d || !d->configured || model.slot[slot].stopped[dci])
		return;
	for (unsigned int p = 1; p < 3; p++)
		changed |= d->child_status[p] >> 16 ? 1 << p : 0;
	changed |= goes_wrong();                /* the hub's own power supply */
	while (d->device == model_keyboard && d->nr_reports && (t = fetch(&model.slot[slot].ep[dci]))) {
		unsigned int room = t->status & 0x1ffff, n = min(room, 8u);

		assert_true(room >= 8 || model.chaos);  /* a garbled descriptor may have told of smaller packets */
		memcpy(__va(t->parameter), d->report[0], n);
		memmove(d->report, d->report + 1, sizeof(d->report) - 8);
		d->nr_reports--;
		model.slot[slot].stopped[dci] = n < 8;  /* babble: more than asked for */
		event(__pa(t), (n < 8 ? 3u : CODE_SUCCESS) << 24 | (room - n), control);
		if (n < 8)
			return;
	}
	if (d->device == model_hub && changed && (t = fetch(&model.slot[slot].ep[dci]))) {
		memcpy(__va(t->parameter), &changed, 1);
		event(__pa(t), CODE_SUCCESS << 24 | ((t->status & 0x1ffff) - 1), control);
	}
}

static void step(void)
{
	if (model.legacy & 1u << 24 && !model.bios_keeps && model.now > model.bios_release_ns)
		model.legacy &= ~(1u << 16);
	if (model_at)
		model_at();
	for (unsigned int slot = 1; slot <= MODEL_SLOTS && !model.halted; slot++)
		for (unsigned int dci = 3; dci < 32 && model.slot[slot].enabled; dci++)
			if (model.slot[slot].ep[dci].trb)
				deliver(slot, dci);
}

bool schedule_until(u64 deadline_ns)
{
	model.now = max(model.now, deadline_ns);
	step();
	return true;
}

/* Registers. */

static u32 port_read(unsigned int port)
{
	return model.portsc[port];
}

static void port_write(unsigned int port, u32 v)
{
	u32 *p = &model.portsc[port];

	*p &= ~(v & 0x00fe0000);                        /* changes */
	if (v & 2)
		*p &= ~2u;                              /* disabled */
	*p = (*p & ~0x200u) | (v & 0x200);
	if (v & 0x10 && model.root[port]) {
		*p |= 2 | 1u << 21 | (u32)model.root[port]->speed << 10;
		port_event(port);
	}
}

u32 readl(const volatile void *reg)
{
	unsigned int at = (unsigned int)((const u8 *)reg - bar);

	assert_true((const u8 *)reg >= bar && at + 4 <= MODEL_SIZE && at % 4 == 0);
	if ((model.gone_ns && model.now >= model.gone_ns) || (model.chaos > 100 && test_below(10000) == 0))
		return ~0u;
	if (at >= MODEL_OP + 0x400 && at < MODEL_OP + 0x400 + 16 * MODEL_PORTS && at % 16 == 0)
		return port_read((at - MODEL_OP - 0x400) / 16 + 1);
	switch (at) {
	case CAP_LENGTH: return 0x01100000 | MODEL_OP;
	case CAP_HCSPARAMS1: return MODEL_PORTS << 24 | 1 << 8 | MODEL_SLOTS;
	case CAP_HCSPARAMS2: return (model.scratchpads & 0x1f) << 27 | (model.scratchpads >> 5) << 21;
	case CAP_HCCPARAMS1: return MODEL_LEGACY / 4 << 16 | (model.contexts_64 ? 4 : 0) | (model.addresses_64 ? 1 : 0);
	case CAP_DBOFF: return MODEL_DOORBELLS;
	case CAP_RTSOFF: return MODEL_RUNTIME;
	case MODEL_OP + OP_USBCMD: return model.cmd;
	case MODEL_OP + OP_USBSTS: return model.halted;
	case MODEL_OP + OP_PAGESIZE: return 1;
	case MODEL_OP + OP_CRCR: return model.never_answers ? CRCR_RUNNING : 0;
	case MODEL_LEGACY: return 1 | (MODEL_PROTOCOL - MODEL_LEGACY) / 4 << 8 | model.legacy;
	case MODEL_LEGACY + 4: return model.legacy_control;
	case MODEL_PROTOCOL: return 2 | 2 << 24;
	case MODEL_PROTOCOL + 8: return 1 | MODEL_PORTS << 8;
	}
	return 0;
}

static void set_half(u64 *v, bool high, u32 half)
{
	*v = high ? (*v & 0xffffffff) | (u64)half << 32 : (*v & ~0xffffffffUL) | half;
}

static void command_write(u32 v)
{
	model.cmd = v;
	if (v & USBCMD_RESET && !model.never_resets) {
		assert_true(model.halted);
		model.cmd = 0;
		memset(model.slot, 0, sizeof(model.slot));
		model.erst = model.dcbaa = 0;
	}
	if (!(v & USBCMD_RUN))
		model.halted = !model.never_halts;
	else if (model.erst && model.dcbaa)
		model.halted = false;
	if (model.halted || !(v & USBCMD_RUN))
		return;
	for (unsigned int port = 1; port <= MODEL_PORTS; port++)
		if (model.portsc[port] & 1)
			port_event(port);
}

void writel(u32 v, volatile void *reg)
{
	static u64 crcr;
	unsigned int at = (unsigned int)((u8 *)reg - bar);

	assert_true((u8 *)reg >= bar && at + 4 <= MODEL_SIZE && at % 4 == 0);
	if (at >= MODEL_OP + 0x400 && at < MODEL_OP + 0x400 + 16 * MODEL_PORTS && at % 16 == 0)
		port_write((at - MODEL_OP - 0x400) / 16 + 1, v);
	else if (at == MODEL_DOORBELLS)
		command_doorbell();
	else if (at > MODEL_DOORBELLS && at <= MODEL_DOORBELLS + 4 * MODEL_SLOTS && v == EP0)
		control_doorbell((at - MODEL_DOORBELLS) / 4);
	switch (at) {
	case MODEL_OP + OP_USBCMD: command_write(v); break;
	case MODEL_OP + OP_DCBAAP: case MODEL_OP + OP_DCBAAP + 4: set_half(&model.dcbaa, at & 4, v); break;
	case MODEL_RUNTIME + RT_ERSTBA: case MODEL_RUNTIME + RT_ERSTBA + 4: set_half(&model.erst, at & 4, v); break;
	case MODEL_OP + OP_CRCR: case MODEL_OP + OP_CRCR + 4:
		set_half(&crcr, at & 4, v);
		if (at & 4)
			model.commands = (struct mring){ __va(crcr & ~0x3fUL), crcr & 1 };
		break;
	case MODEL_LEGACY: model.legacy = v & 0x01010000; break;
	case MODEL_LEGACY + 4: model.legacy_control = v & 0xffff; break;
	}
}

/* For the tests. */

void model_reset(void)
{
	model = (struct model){ .addresses_64 = true, .event_cycle = 1, .halted = true };
	model_at = NULL;
}

void model_seed(u64 seed)
{
	test_seed = seed;
}

void model_plug(unsigned int port, struct mdev *dev)
{
	model.root[port] = dev;
	model.portsc[port] |= 1 | 1u << 17;
	port_event(port);
}

void model_unplug(unsigned int port)
{
	model.root[port] = NULL;
	model.portsc[port] = (model.portsc[port] & 0x200) | 1u << 17;
	for (unsigned int slot = 1; slot <= MODEL_SLOTS; slot++)
		if ((model.slot[slot].context[1] >> 16 & 0xff) == port)
			model.slot[slot].dev = NULL;
	port_event(port);
}

void model_type(struct mdev *keyboard, u8 usage, u8 modifiers)
{
	if (keyboard->nr_reports == ARRAY_SIZE(keyboard->report))
		return;
	memset(keyboard->report[keyboard->nr_reports], 0, 8);
	keyboard->report[keyboard->nr_reports][0] = modifiers;
	keyboard->report[keyboard->nr_reports++][2] = usage;
}

struct xhci *model_run(u64 ns)
{
	free(controller);
	controller = calloc(1, sizeof(*controller));
	controller->pci = &pci;
	controller->number = 1;
	model.gone_ns = ns;
	xhci_run(controller);
	assert_non_null(controller->dead);
	assert_false(model.dma_on);
	for (int code = 0; code < 256; code++)
		assert_false(model.down[code]);
	return controller;
}
