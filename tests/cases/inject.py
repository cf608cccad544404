# SPDX-License-Identifier: MIT
"""Boots in which the n-th allocation fails, for every n until the first program has ended; also three in a row, and all from the n-th on.

One machine, stopped by gdb's protocol where boot option fail_alloc takes effect, and saved there; each boot starts from that state with
another n in the function's arguments, and takes a fraction of a second. It ends in what the first program (tests/guest/bootcheck.c)
says, or in a panic that says what is lacking and what to do.

There are some thousands of such boots. `make test` takes a part of them for ATLAS_INJECT_SECONDS (60), in an order that ATLAS_SEED (1)
chooses: the same part each time. 0: all of them.
ATLAS_INJECT_ONLY=N,COUNT or FROM-TO,COUNT: these. What each boot said is in build/test/inject/boots."""
import os
import random
import re
import struct
import time

from cases.badinput import newc
from harness.gdb import Gdb, symbols
from harness.jobs import Job
from harness.vm import BUILD, PATIENCE, Machine, make_stick, scratch, sealed_kernel

SECONDS = int(os.environ.get("ATLAS_INJECT_SECONDS", "60"))
SEED = int(os.environ.get("ATLAS_SEED", "1"))
ONLY = os.environ.get("ATLAS_INJECT_ONLY")
FOREVER = 1 << 62
COUNTS = (1, 3, FOREVER)
OPTIONS = "quiet slab_debug font=32 fail_alloc=1"
DEVICES = ["-device", "VGA,xres=640,yres=480", "-device", "pcie-root-port,id=bridge,chassis=1", "-device", "qemu-xhci,bus=bridge",
           "-device", "usb-kbd"]
LOST_KB = 64 # less may be free than after a clean boot: what is allocated twice, per-CPU lists

STOPS = re.compile(r"Kernel panic: .*(no memory|not enough memory|out of memory).*(give the machine|machine needs more)")
LACKS = re.compile(r"no memory|no room|can't be|cannot make|could not be made")
DONE = re.compile(r"bootcheck: free (-?\d+) kB") # -1: no /proc/meminfo
BROKEN = re.compile(r"BUG at|kernel exception|WARNING|again while|bootcheck: WRONG|asan|slab_debug:")
GOOD_END = "init (pid 1) ended: status 0"
LAST_END = re.compile(r"init \(pid 1\) (ended|was hit by signal)")


def initramfs(where):
    path = os.path.join(where, "initramfs.cpio")
    with open(os.path.join(BUILD, "guest-tests/bootcheck"), "rb") as f:
        program = f.read()
    with open(path, "wb") as f:
        f.write(newc([("bin", 0o40755, b""), ("bin/init", 0o100755, program), ("init", 0o120777, b"bin/init"), ("dev", 0o40755, b"")]))
    return path


class Sweep:
    """The saved machine."""

    def __init__(self, machine, log):
        self.machine, self.log = machine, log
        self.at = symbols(os.path.join(BUILD, "kernel.elf"), ["fail_alloc_range", "debug_exit", "machine_nth"])
        self.gdb = Gdb(f"{machine.dir}/gdb")
        self.gdb.stop_at(self.at["fail_alloc_range"])
        if not self.gdb.run(60 * PATIENCE) or self.gdb.read("rip") != self.at["fail_alloc_range"]:
            raise RuntimeError("memory did not come up")
        if said := machine.monitor("savevm up"):
            raise RuntimeError("savevm: " + said)
        self.gdb.go_past(self.at["fail_alloc_range"])
        self.gdb.stop_at(self.at["debug_exit"])

    def boot(self, n, count, seconds=10):
        """What the boot says with allocations n to n + count - 1 failing; None as the second when it does not end."""
        if said := self.machine.monitor("loadvm up"):
            raise RuntimeError("loadvm: " + said)
        before = os.path.getsize(self.log)
        self.gdb.write("rdi", n)
        self.gdb.write("rsi", count)
        ended = self.gdb.run(seconds * PATIENCE)
        with open(self.log, "rb") as f:
            f.seek(before)
            text = f.read().decode(errors="replace").replace("\r", "")
        return text if ended else text + f"\nno end; rip {self.gdb.read('rip'):x}", ended

    def allocations(self):
        """How many a clean boot makes, and what is free behind it."""
        text, ended = self.boot(FOREVER, 1)
        free = DONE.search(text)
        if not ended or not free or BROKEN.search(text) or GOOD_END not in text:
            raise RuntimeError("a boot without failures: " + text)
        return FOREVER - struct.unpack("<Q", self.gdb.memory(self.at["machine_nth"], 8))[0], int(free[1])


def verdict(text, ended, count, free):
    """What is wrong with such a boot, or None."""
    if not ended:
        return "it does not end"
    if found := BROKEN.search(text):
        if count == 1 or "bootcheck" not in found[0]:
            return found[0]
    if STOPS.search(text):
        return None
    if GOOD_END in text:
        done = DONE.search(text)
        if not done:
            if "no node /dev/kmsg" in text:
                return None
            return "the first program could not say that it was done"
        lost = free - int(done[1])
        return f"{lost} kB less are free than after a clean boot" if LOST_KB < lost <= free else None
    if count != 1 and LAST_END.search(text):
        return None
    return "an end that is not explained"


def sweep(report):
    where = scratch("inject")
    stick = make_stick(os.path.join(where, "esp.img"), OPTIONS, kernel=sealed_kernel(), initramfs=initramfs(where))
    log = os.path.join(where, "log")
    machine = Machine(stick, memory="128M", serial=False, args=[*DEVICES, "-serial", f"file:{log}", "-S"])
    machine.argv += ["-gdb", f"unix:{machine.dir}/gdb,server=on,wait=off"]
    with machine:
        s = Sweep(machine, log)
        total, free = s.allocations()
        boots = [(n, count) for n in range(1, total + 1) for count in COUNTS]
        random.Random(SEED).shuffle(boots)
        if ONLY:
            numbers, count = ONLY.split(",")
            first, _, last = numbers.partition("-")
            boots = [(n, int(count)) for n in range(int(first), int(last or first) + 1)]
        run_boots(report, s, boots, total, free, where)


def run_boots(report, s, boots, total, free, where):
    end = time.monotonic() + SECONDS
    done, bad = 0, 0
    with open(os.path.join(where, "boots"), "w", encoding="utf-8") as out:
        for n, count in boots:
            if SECONDS and not ONLY and time.monotonic() > end and done >= 30:
                break
            text, ended = s.boot(n, count)
            wrong = verdict(text, ended, count, free)
            out.write(f"==== {n},{count}: {wrong or 'good'}\n{text}\n")
            out.flush()
            if wrong:
                bad += 1
                report.fail(f"inject/boot/{n},{count}", f"{wrong}\n{text}", f"ATLAS_INJECT_ONLY={n},{count} tests/run inject/boot")
            done += 1
    report.check("inject/boot/every-boot-explained", not bad, f"{bad} of {done} boots, seed {SEED}", f"ATLAS_SEED={SEED} tests/run inject/boot",
                 f"{done} of {len(boots)} boots; a boot makes {total} allocations")


def jobs():
    return [Job("inject/boot", sweep, SECONDS + 15)]
