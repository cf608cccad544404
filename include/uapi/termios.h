/* SPDX-License-Identifier: MIT */
/* Terminals: termios(3), ioctl_tty(2), and the ioctls that every descriptor has. Linux x86-64 ABI. */
#ifndef UAPI_TERMIOS_H
#define UAPI_TERMIOS_H

#include <lib/compiler.h>
#include <lib/types.h>

#define NCCS_ABI 19
struct termios_abi {
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[NCCS_ABI];
};
static_assert(sizeof(struct termios_abi) == 36);

struct termios2_abi {
	struct termios_abi t;
	u32 c_ispeed, c_ospeed;
};
static_assert(sizeof(struct termios2_abi) == 44);

struct winsize_abi {
	u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_cc */
#define VINTR 0
#define VQUIT 1
#define VERASE 2
#define VKILL 3
#define VEOF 4
#define VTIME 5
#define VMIN 6
#define VSWTC 7
#define VSTART 8
#define VSTOP 9
#define VSUSP 10
#define VEOL 11
#define VREPRINT 12
#define VDISCARD 13
#define VWERASE 14
#define VLNEXT 15
#define VEOL2 16
/* c_iflag */
#define IGNBRK 0x1
#define BRKINT 0x2
#define IGNPAR 0x4
#define PARMRK 0x8
#define INPCK 0x10
#define ISTRIP 0x20
#define INLCR 0x40
#define IGNCR 0x80
#define ICRNL 0x100
#define IUCLC 0x200
#define IXON 0x400
#define IXANY 0x800
#define IXOFF 0x1000
#define IMAXBEL 0x2000
#define IUTF8 0x4000
/* c_oflag */
#define OPOST 0x1
#define OLCUC 0x2
#define ONLCR 0x4
#define OCRNL 0x8
#define ONOCR 0x10
#define ONLRET 0x20
#define TABDLY 0x1800
#define XTABS 0x1800
/* c_cflag */
#define B9600 0xd
#define B38400 0xf
#define B115200 0x1002
#define CS8 0x30
#define CREAD 0x80
#define HUPCL 0x400
#define CLOCAL 0x800
/* c_lflag */
#define ISIG 0x1
#define ICANON 0x2
#define ECHO 0x8
#define ECHOE 0x10
#define ECHOK 0x20
#define ECHONL 0x40
#define NOFLSH 0x80
#define TOSTOP 0x100
#define ECHOCTL 0x200
#define ECHOPRT 0x400
#define ECHOKE 0x800
#define FLUSHO 0x1000
#define IEXTEN 0x8000

/* The settings as System V had them. */
struct termio_abi {
	u16 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line, c_cc[8];
};
static_assert(sizeof(struct termio_abi) == 18);

#define RNDGETENTCNT 0x80045200u        /* of /dev/random */
#define TCGETA 0x5405
#define TCSETA 0x5406
#define TCSETAW 0x5407
#define TCSETAF 0x5408
#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCSBRK 0x5409
#define TCXONC 0x540a
#define TCFLSH 0x540b
#define TIOCEXCL 0x540c
#define TIOCNXCL 0x540d
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCSTI 0x5412
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCMGET 0x5415
#define FIONREAD 0x541b
#define TIOCCONS 0x541d
#define FIONBIO 0x5421
#define TIOCNOTTY 0x5422
#define TIOCVHANGUP 0x5437
#define TCSBRKP 0x5425
#define TIOCGSID 0x5429
#define TCGETS2 0x802c542a
#define TCSETS2 0x402c542b
#define TCSETSW2 0x402c542c
#define TCSETSF2 0x402c542d
#define TIOCGPTN 0x80045430
#define TIOCSPTLCK 0x40045431
#define TIOCGPTLCK 0x80045439
#define TIOCGPTPEER 0x5441
#define TIOCPKT 0x5420
#define TIOCGPKT 0x80045438
#define TIOCSIG 0x40045436
#define TIOCSETD 0x5423
#define TIOCGETD 0x5424
#define TIOCGEXCL 0x80045440
#define TIOCVHANGUP 0x5437
#define TIOCPKT_FLUSHREAD 1
#define TIOCPKT_FLUSHWRITE 2
#define TIOCPKT_STOP 4
#define TIOCPKT_START 8
#define TIOCPKT_NOSTOP 16
#define TIOCPKT_DOSTOP 32
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452
#define KDGKBMODE 0x4b44
#define KDGKBTYPE 0x4b33
#define KDGETMODE 0x4b3b
#define VT_OPENQRY 0x5600
#define VT_GETMODE 0x5601
#define VT_GETSTATE 0x5603

#define TCOOFF 0
#define TCOON 1
#define TCIOFF 2
#define TCION 3
#define TCIFLUSH 0
#define TCOFLUSH 1
#define TCIOFLUSH 2

#endif
