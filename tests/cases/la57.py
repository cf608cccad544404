# SPDX-License-Identifier: MIT
"""A firmware that hands over with five-level paging. OVMF runs with four, so at the kernel's entry the
machine is stopped through QEMU's gdb stub, a fifth level is put above the firmware's tables, CR4.LA57 is set,
and the kernel goes on from there: it must come down to four levels and pass its own tests."""
import os
import re
import socket
import time

from harness.jobs import Job
from harness.vm import Machine, make_stick, scratch, sealed_kernel

ENTRY = 0x100000        # where the loader puts the kernel when it can
TABLE = 0x20000         # a free page for the fifth level
CR4_LA57 = 1 << 12


class Gdb:
    """The few packets of the remote protocol that are needed (GDB manual, appendix E)."""

    def __init__(self, path):
        end = time.monotonic() + 20
        while True:
            self.s = socket.socket(socket.AF_UNIX)
            try:
                self.s.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        self.s.settimeout(300)
        self.regs = []
        self.ask("qSupported:xmlRegisters=i386")
        for name in re.findall(r'xi:include href="([^"]+)"', self.xml("target.xml")):
            self.regs += re.findall(r'<reg name="(\w+)"', re.sub("<!--.*?-->", "", self.xml(name), flags=re.S))

    def xml(self, name):
        text = ""
        while True:
            part = self.ask(f"qXfer:features:read:{name}:{len(text):x},ffb")
            text += part[1:]
            if part[0] == "l":
                return text

    def byte(self):
        c = self.s.recv(1)
        if not c:
            raise RuntimeError("QEMU has ended")
        return c

    def ask(self, packet):
        self.s.sendall(f"${packet}#{sum(packet.encode()) & 255:02x}".encode())
        while self.byte() != b"$":
            pass
        data = b""
        while (c := self.byte()) != b"#":
            data += bytes([self.byte()[0] ^ 0x20]) if c == b"}" else c
        self.byte(), self.byte()
        self.s.sendall(b"+")
        return data.decode("latin-1")

    def read(self, name):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{self.regs.index(name):x}")), "little")

    def write(self, name, value):
        return self.ask(f"P{self.regs.index(name):x}={value.to_bytes(8, 'little').hex()}") == "OK"

    def poke(self, address, data):
        return all(self.ask(f"M{address + i:x},{len(data[i:i + 1024]):x}:{data[i:i + 1024].hex()}") == "OK"
                   for i in range(0, len(data), 1024))


def five_levels(report):
    where = scratch("la57")
    stick = make_stick(os.path.join(where, "esp.img"), "debug_exit ktest", kernel=sealed_kernel())
    gdb_socket = os.path.join(where, "gdb")
    with Machine(stick, args=["-S", "-gdb", f"unix:{gdb_socket},server=on,wait=off"]) as m:
        gdb = Gdb(gdb_socket)
        gdb.ask(f"Z1,{ENTRY:x},1")
        stop = gdb.ask("c")
        at, cr3, cr4 = gdb.read("rip"), gdb.read("cr3"), gdb.read("cr4")
        if not report.check("la57/at-entry", at == ENTRY and not cr4 & CR4_LA57, f"{stop}: rip {at:#x} cr4 {cr4:#x}"):
            return
        written = gdb.poke(TABLE, (cr3 & ~0xfff | 7).to_bytes(8, "little") + bytes(4088))
        gdb.ask(f"z1,{ENTRY:x},1")
        gdb.write("cr3", TABLE)
        gdb.write("cr4", cr4 | CR4_LA57)
        on = written and gdb.read("cr4") & CR4_LA57
        gdb.s.sendall(b"$c#63")
        m.wait_end(60)
        text = m.text()
        report.check("la57/found-on", on and "la57-was-on" in text, text[-3000:])
        report.check("la57/four-levels-and-tests-pass", re.search(r"# \d+ passed, 0 failed", text), text[-3000:])


def jobs():
    return [Job("la57", five_levels, 15)]
