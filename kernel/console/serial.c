// SPDX-License-Identifier: MIT
/*
 * 16550 UARTs at the four ports of PCs, polled output. Every wait is bounded: a port that does not
 * take a byte for a while is given up, so a machine without a listener boots as fast as any.
 * Locking: the caller's (the log serves one console at a time; a tty has its own lock).
 */
#include <asm/io.h>
#include <asm/string.h>
#include <console/console.h>

/* Registers, at the port's base (PC16550D data sheet). DLAB of LCR turns 0 and 1 into the divisor. */
enum { THR = 0, RBR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };
#define MSR_CTS_DSR_DCD 0xb0
#define LSR_DATA 0x01
#define LSR_THR_EMPTY 0x20
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define FCR_ON_CLEAR 0x07       /* FIFOs on and emptied */
#define IIR_FIFO_WORKS 0xc0
#define MCR_DTR_RTS_OUT2 0x0b   /* OUT2 lets the interrupt line through */
#define FIFO_SIZE 16

/* One port read takes about a microsecond; 16 bytes at 115200 baud take 1.4 ms. */
#define WAIT_READS 20000
#define GIVE_UP_AFTER 3         /* waits in a row that ended without room */

struct serial_port {
	u16 base;               /* 0: not probed or not there */
	unsigned int fifo;      /* bytes that fit when the transmitter is empty */
	unsigned int room;      /* of them free for sure */
	unsigned int timeouts;
	struct console console;
};

static struct serial_port ports[4];
static const u16 bases[4] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

/* A UART's scratch register keeps what is written; a floating bus does not keep both. */
static bool scratch_works(u16 base)
{
	outb(0x5a, base + SCR);
	if (inb(base + SCR) != 0x5a)
		return false;
	outb(0xa5, base + SCR);
	return inb(base + SCR) == 0xa5 && inb(base + LSR) != 0xff;
}

struct serial_port *serial_probe(unsigned int index)
{
	struct serial_port *p;

	if (index >= ARRAY_SIZE(ports))
		return NULL;
	p = &ports[index];
	if (p->base)
		return p;
	if (!scratch_works(bases[index]))
		return NULL;
	p->base = bases[index];
	outb(0, p->base + IER);
	outb(LCR_DLAB, p->base + LCR);
	outb(1, p->base + DLL);         /* 115200 baud */
	outb(0, p->base + DLM);
	outb(LCR_8N1, p->base + LCR);
	outb(FCR_ON_CLEAR, p->base + FCR);
	outb(MCR_DTR_RTS_OUT2, p->base + MCR);
	p->fifo = (inb(p->base + IIR) & IIR_FIFO_WORKS) == IIR_FIFO_WORKS ? FIFO_SIZE : 1;
	return p;
}

static void put_byte(struct serial_port *p, u8 b)
{
	if (!p->room) {
		unsigned int reads = p->timeouts < GIVE_UP_AFTER ? WAIT_READS : 1;

		while (!(inb(p->base + LSR) & LSR_THR_EMPTY)) {
			if (!--reads) {
				p->timeouts++;
				return; /* this byte is lost */
			}
			cpu_relax();
		}
		p->timeouts = 0;
		p->room = p->fifo;
	}
	outb(b, p->base + THR);
	p->room--;
}

void serial_write(struct serial_port *port, const char *text, size_t len)
{
	for (; len; len--)
		put_byte(port, (u8)*text++);
}

int serial_getc(struct serial_port *port)
{
	if (!(inb(port->base + LSR) & LSR_DATA))
		return -1;
	return inb(port->base + RBR);
}

void serial_enable_rx_irq(struct serial_port *port)
{
	outb(1, port->base + IER);
}

bool serial_connected(const struct serial_port *port)
{
	return inb(port->base + MSR) & MSR_CTS_DSR_DCD;
}

unsigned int serial_irq(const struct serial_port *port)
{
	return port->base & 0x100 ? 4 : 3; /* COM1 and COM3, COM2 and COM4 */
}

static void console_write(struct console *con, const char *text, size_t len)
{
	struct serial_port *p = container_of(con, struct serial_port, console);

	for (; len; len--, text++) {
		if (*text == '\n')
			put_byte(p, '\r');
		put_byte(p, (u8)*text);
	}
}

struct console *serial_console(struct serial_port *port)
{
	port->console.name = "serial";
	port->console.write = console_write;
	port->console.level = LOG_INFO;
	return &port->console;
}
