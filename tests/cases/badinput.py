# SPDX-License-Identifier: MIT
"""Bad initramfs and bad init: one clear sentence, and the machine stops or goes on as the sentence says.
(Bad kernel.elf and boot.cfg: loader.py.)"""
import os
import random
import re
import subprocess

from harness.jobs import Job
from harness.vm import BUILD, Machine, make_stick, scratch


def newc(entries):
    """A cpio archive of (name, mode, data)."""
    out = bytearray()
    for ino, (name, mode, data) in enumerate(entries + [("TRAILER!!!", 0, b"")], 1):
        header = "070701" + "".join(f"{v:08X}" for v in (ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
        out += header.encode() + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def good():
    with open(os.path.join(BUILD, "initramfs.cpio"), "rb") as f:
        return f.read()


def init_program():
    with open(os.path.join(BUILD, "guest/init"), "rb") as f:
        return f.read()


def with_init(data, mode=0o100755):
    return newc([("bin", 0o40755, b""), ("bin/init", mode, data), ("init", 0o120777, b"bin/init")])


def dynamic_program(folder):
    source = os.path.join(folder, "dynamic.c")
    with open(source, "w", encoding="ascii") as f:
        f.write("int main(void) { return 0; }\n")
    subprocess.run(["gcc", "-o", folder + "/dynamic", source], check=True)
    with open(folder + "/dynamic", "rb") as f:
        return f.read()


def flipped(data, seed, count):
    rng = random.Random(seed)
    data = bytearray(data)
    for _ in range(count):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def cases(folder):
    """name: (initramfs or False, options, words that must be said)"""
    init = init_program()
    broken_elf = bytearray(init)
    broken_elf[18:20] = b"\xb7\x00" # e_machine: AArch64
    no_exit = b"\x7fELF" + bytes(100)
    return {
        "none": (False, "", r"initramfs"),
        "empty": (b"", "", r"initramfs"),
        "noise": (random.Random(1).randbytes(100000), "", r"(initramfs|cpio)"),
        "truncated": (good()[:700000], "", r"(initramfs|cpio)"),
        "truncated-header": (good()[:60], "", r"(initramfs|cpio)"),
        "huge-size": (newc([("a", 0o100644, b"x")]).replace(b"00000001" * 2, b"00000001fffffff0", 1), "", r"(initramfs|cpio|init)"),
        "no-init": (newc([("etc", 0o40755, b"")]), "", r"init"),
        "init-not-executable": (with_init(init, 0o100644), "", r"init.*"),
        "init-not-elf": (with_init(b"hello, world\n" * 100), "", r"init"),
        "init-too-short": (with_init(b"\x7fELF"), "", r"init"),
        "init-bad-elf": (with_init(no_exit), "", r"init"),
        "init-other-machine": (with_init(bytes(broken_elf)), "", r"init"),
        "init-dynamic": (with_init(dynamic_program(folder)), "", r"(interpreter|ld-linux|init)"),
        "init-named-wrong": (good(), "init=/bin/nothing", r"/bin/nothing"),
        "init-is-a-folder": (good(), "init=/bin", r"/bin"),
        "init-exits": (good(), "init=/bin/true", r"init"),
        "init-script": (newc([("init", 0o100755, b"#!/nowhere/sh\n")]), "", r"init"),
    }


def stops(name):
    def job(report):
        folder = scratch(f"badinput-{name}")
        initramfs, options, words = cases(folder)[name]
        if initramfs is not False:
            path = os.path.join(folder, "initramfs.cpio")
            with open(path, "wb") as f:
                f.write(initramfs)
            initramfs = path
        stick = make_stick(os.path.join(folder, "esp.img"), f"debug_exit {options}", initramfs=initramfs,
                           loader_options="error_wait=1")
        with Machine(stick, memory="256M") as m:
            end = m.wait_end(40)
            text = m.text()
            said = [line for line in text.splitlines() if re.search(r"panic|Error|error|not found|missing", line)]
            good_words = any(re.search(words, line) for line in said)
            report.check(f"badinput/{name}", good_words and "kernel exception" not in text and "(null)" not in text,
                         f"QEMU's end: {end}; wanted a sentence with /{words}/\n{text[-2500:]}", m.repro(),
                         (said[0].strip()[:150] if said else ""))

    return Job(f"badinput/{name}", job, 6)


def bits_flipped(report):
    """Single bits of the initramfs flipped: the kernel lives or stops with a sentence, never by an exception."""
    folder = scratch("badinput-flips")
    for seed in range(4):
        path = os.path.join(folder, f"{seed}.cpio")
        with open(path, "wb") as f:
            f.write(flipped(good(), seed, 200))
        stick = make_stick(os.path.join(folder, "esp.img"), "debug_exit report=page,0", initramfs=path)
        with Machine(stick, memory="256M") as m:
            m.wait_text("for a shell", 4)
            text = m.text()
            report.check(f"badinput/flips-{seed}", "kernel exception" not in text and "BUG" not in text, text[-2500:], m.repro())


def jobs():
    names = ["none", "empty", "noise", "truncated", "truncated-header", "huge-size", "no-init", "init-not-executable",
             "init-not-elf", "init-too-short", "init-bad-elf", "init-other-machine", "init-dynamic", "init-named-wrong",
             "init-is-a-folder", "init-exits", "init-script"]
    return [stops(name) for name in names] + [Job("badinput/flips", bits_flipped, 40)]
