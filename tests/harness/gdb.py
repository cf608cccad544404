# SPDX-License-Identifier: MIT
"""QEMU's gdb stub, as much of it as tests need: stop where a function begins, registers, memory.
The protocol: GDB manual, appendix E. The machine must be stopped (or never have run) when a command is sent."""
import socket
import subprocess

REGISTERS = ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *[f"r{n}" for n in range(8, 16)], "rip"]


def symbols(elf, names):
    """{name: address} of the kernel's functions and variables."""
    out = subprocess.run(["nm", elf], check=True, capture_output=True, text=True).stdout
    table = {fields[2]: int(fields[0], 16) for fields in map(str.split, out.splitlines()) if len(fields) == 3}
    return {name: table[name] for name in names}


class Gdb:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.got = b""
        self.ask("?")
        self.ask("qXfer:features:read:target.xml:0,ffb") # without it QEMU does not answer for single registers

    def _byte(self):
        if not self.got:
            self.got = self.socket.recv(65536)
            if not self.got:
                raise RuntimeError("QEMU has ended")
        byte, self.got = self.got[:1], self.got[1:]
        return byte

    def _packet(self):
        while self._byte() != b"$":
            pass
        data = b""
        while (byte := self._byte()) != b"#":
            data += byte
        self._byte(), self._byte()
        self.socket.sendall(b"+")
        return data.decode()

    def send(self, text):
        self.socket.sendall(f"${text}#{sum(text.encode()) & 255:02x}".encode())

    def ask(self, text):
        self.send(text)
        return self._packet()

    def demand(self, text):
        answer = self.ask(text)
        if answer.startswith("E") or not answer:
            raise RuntimeError(f"gdb stub: {text}: {answer}")
        return answer

    def stop_at(self, address):
        self.demand(f"Z1,{address:x},1")

    def go_past(self, address):
        self.demand(f"z1,{address:x},1")

    def read(self, register):
        n = REGISTERS.index(register)
        return int.from_bytes(bytes.fromhex(self.demand(f"p{n:x}")), "little")

    def write(self, register, value):
        self.demand(f"P{REGISTERS.index(register):x}={value.to_bytes(8, 'little').hex()}")

    def memory(self, address, size):
        return bytes.fromhex(self.demand(f"m{address:x},{size:x}"))

    def run(self, seconds):
        """Lets the machine run until it stops somewhere; False: it did not in that time, and was stopped."""
        self.send("c")
        self.socket.settimeout(seconds)
        try:
            self._packet()
            return True
        except TimeoutError:
            self.socket.settimeout(20)
            self.socket.sendall(b"\x03")
            self._packet()
            return False
        finally:
            self.socket.settimeout(None)
