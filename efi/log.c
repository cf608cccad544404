// SPDX-License-Identifier: MIT
/* The loader's voice: ConOut, COM1, and the end of every failure. */
#include <asm/io.h>

#include "loader.h"

#define COM1 0x3f8
#define UART_IER 1
#define UART_FCR 2
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define UART_SCR 7
#define LSR_THR_EMPTY 0x20

static bool has_uart, console_is_uart;
static char said[8192];                 /* for the machine's record */

/* A UART keeps what is written to its scratch register; an empty bus reads ff. */
static bool uart_probe(void)
{
	outb(0x5a, COM1 + UART_SCR);
	if (inb(COM1 + UART_SCR) != 0x5a)
		return false;
	outb(0xa5, COM1 + UART_SCR);
	return inb(COM1 + UART_SCR) == 0xa5;
}

static void uart_init(void)
{
	outb(0x00, COM1 + UART_IER);
	outb(0x80, COM1 + UART_LCR);
	outb(1, COM1);                  /* 115200 baud */
	outb(0, COM1 + 1);
	outb(0x03, COM1 + UART_LCR);    /* 8n1 */
	outb(0x07, COM1 + UART_FCR);
	outb(0x03, COM1 + UART_MCR);
}

static void uart_putc(char c)
{
	/* Bounded: a port whose transmitter never empties must not stop the boot. */
	for (int i = 0; i < 100000 && !(inb(COM1 + UART_LSR) & LSR_THR_EMPTY); i++)
		;
	outb((u8)c, COM1);
}

static void uart_puts(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			uart_putc('\r');
		uart_putc(*s);
	}
}

/* Does the firmware's ConOut go to a serial port (a UART node, UEFI 10.3.4.15)? Then ours would print twice. */
static bool con_out_has_uart(void)
{
	static EFI_GUID global = EFI_GLOBAL_VARIABLE;
	static u8 path[4096];
	UINTN size = sizeof(path), at = 0;

	if (EFI_ERROR(ST->RuntimeServices->GetVariable(L"ConOut", &global, NULL, &size, path)))
		return false;
	while (at + 4 <= size) {
		UINTN len = path[at + 2] | path[at + 3] << 8;

		if (path[at] == 3 && path[at + 1] == 14)
			return true;
		if (len < 4)
			return false;
		at += len;
	}
	return false;
}

void log_init(void)
{
	has_uart = uart_probe();
	console_is_uart = has_uart && con_out_has_uart();
	if (has_uart && !console_is_uart)
		uart_init();
}

static void con_puts(const char *s)
{
	CHAR16 buf[128];
	unsigned int n = 0;

	if (!ST->ConOut)
		return;
	for (; *s; s++) {
		if (*s == '\n')
			buf[n++] = '\r';
		buf[n++] = (u8)*s;
		if (n >= ARRAY_SIZE(buf) - 3 || !s[1]) {
			buf[n] = 0;
			ST->ConOut->OutputString(ST->ConOut, buf);
			n = 0;
		}
	}
}

static void vsay(const char *fmt, va_list ap)
{
	char buf[512];

	vsnprintf(buf, sizeof(buf), fmt, ap);
	strscpy(said + strlen(said), buf, sizeof(said) - strlen(said));
	con_puts(buf);
	if (has_uart && !console_is_uart)
		uart_puts(buf);
}

const char *log_text(void)
{
	return said;
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	if (config_has_word(&config, "quiet"))
		return;
	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

const char *status_text(EFI_STATUS status)
{
	static char buf[32];

	switch (status) {
	case EFI_NOT_FOUND: return "not found";
	case EFI_DEVICE_ERROR: return "device error";
	case EFI_NO_MEDIA: return "no medium";
	case EFI_MEDIA_CHANGED: return "medium was changed";
	case EFI_VOLUME_CORRUPTED: return "the volume is corrupted";
	case EFI_VOLUME_FULL: return "the volume is full";
	case EFI_WRITE_PROTECTED: return "the volume is write-protected";
	case EFI_ACCESS_DENIED: return "access denied";
	case EFI_OUT_OF_RESOURCES: return "out of memory";
	case EFI_INVALID_PARAMETER: return "invalid parameter";
	case EFI_UNSUPPORTED: return "unsupported";
	}
	snprintf(buf, sizeof(buf), "EFI status %llx", (unsigned long long)status);
	return buf;
}

static void wait_key(unsigned int seconds)
{
	EFI_EVENT events[2];
	UINTN which, nr = 1;

	if (EFI_ERROR(BS->CreateEvent(EVT_TIMER, 0, NULL, NULL, &events[0])))
		return;
	BS->SetTimer(events[0], TimerRelative, seconds * 10000000ULL);
	if (ST->ConIn) {
		events[nr++] = ST->ConIn->WaitForKey;
	}
	BS->WaitForEvent(nr, events, &which);
	BS->CloseEvent(events[0]);
}

/* Keys from before the message (boot menu, impatience) must not end the wait. */
static void drop_keys(void)
{
	EFI_INPUT_KEY key;

	for (int i = 0; i < 100 && ST->ConIn && !EFI_ERROR(ST->ConIn->ReadKeyStroke(ST->ConIn, &key)); i++)
		;
}

void fail(const char *fmt, ...)
{
	va_list ap;

	drop_keys();
	say("\nAtlas loader: ");
	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
	say(".\nPress a key, or wait %u s, to go back to the firmware.\n", config.error_wait);
	wait_key(config.error_wait);
	BS->Exit(loader_image, EFI_LOAD_ERROR, 0, NULL);
	for (;;)        /* Exit returns only when the firmware is broken */
		BS->Stall(1000000);
}

void fail_after_exit(const char *sentence)
{
	if (has_uart) {
		uart_puts("\nAtlas loader: ");
		uart_puts(sentence);
		uart_puts(".\n");
	}
	ST->RuntimeServices->ResetSystem(EfiResetCold, EFI_LOAD_ERROR, 0, NULL);
	for (;;)
		;
}
