# SPDX-License-Identifier: MIT
"""Dynamic programs of this host, with what they need to run elsewhere, gathered in a folder for vmrun's --add."""
import os
import re
import shutil
import struct
import subprocess


def interpreter(path):
    """The ELF file's PT_INTERP, None when it has none (static, a library, no ELF file)."""
    with open(path, "rb") as f:
        head = f.read(4096)
    if head[:5] != b"\x7fELF\x02":
        return None
    at, size, count = struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54)
    for n in range(count):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", head, at + n * size)
        if kind == 3:
            return head[offset:offset + length - 1].decode()
    return None


def libraries(path, loader="/lib64/ld-linux-x86-64.so.2"):
    """Every library that the dynamic linker would load for it, by the names under which it looks for them."""
    done = subprocess.run([interpreter(path) or loader, "--list", path], capture_output=True, check=False)
    return re.findall(r"^\t(?:\S+ => )?(/\S+) \(", done.stdout.decode(), re.M)


class Root:
    """The folder, as the guest's root."""

    def __init__(self, path):
        self.path = path

    def _put(self, host, guest):
        to = os.path.join(self.path, guest.lstrip("/"))
        if not os.path.exists(to):
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(host, to)

    def program(self, host, guest=None):
        """A program or library with all its libraries; @guest: another name there."""
        self._put(host, guest or host)
        for library in libraries(host):
            self._put(library, library)
        if interpreter(host):
            self._put(interpreter(host), interpreter(host))

    def tree(self, host, ignore):
        """A folder under its own name, without what @ignore (patterns) says, and its shared objects' libraries."""
        to = os.path.join(self.path, host.lstrip("/"))
        shutil.copytree(host, to, ignore=shutil.ignore_patterns(*ignore), dirs_exist_ok=True)
        for folder, _, names in os.walk(to):
            for name in names:
                if name.endswith(".so"):
                    self.program(os.path.join(host, os.path.relpath(folder, to), name))
