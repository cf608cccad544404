# SPDX-License-Identifier: MIT
"""The kernel half as QEMU sees it: `info tlb` compared entry by entry with the kernel's own dump of its page tables,
and struct pages and text read through the monitor. What the kernel says of itself is not enough."""
import os
import re
import shlex
import socket
import subprocess
import json

from harness.jobs import Job
from harness.vm import TOP, scratch

SIZES = {"pte": 1 << 12, "pmd": 1 << 21, "pud": 1 << 30}
RUN = re.compile(r"0x(?P<start>\w{16})-0x(?P<end>\w{16}) (?:0x(?P<pa>\w{13})|(?P<template>\(template\)))? +\d+[KMGTPE] "
                 r"(?P<flags>.*) (?P<level>p\w\w)$")
VMALLOC = range(0xffffc90000000000, 0xffffe90000000000)
VMEMMAP = range(0xffffea0000000000, 0xffffeb0000000000)
# dump it, say so, and stay as we are until the tester is done
GUEST = ("cat /sys/kernel/debug/page_tables/kernel_phys; cat /proc/atlas/verdict; echo READY; read line; exit 7")
# QEMU has only one vmemmap entry a section to show, but a machine with 46 bits of addresses would have half a million
MACHINES = {
    "plain-1g": ["--memory", "1G"],
    "64g": ["--memory", "64G"],
    "qemu64-no-1g-pages": ["--memory", "4G", "--cpu", "qemu64"],
    "highmem-lab": ["--memory", "2G", "--append", "highmem=896M"],
}


class Monitor:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rw", encoding="utf-8")
        self.stream.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        self.stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            answer = json.loads(self.stream.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])

    def line(self, text):
        return self.command("human-monitor-command", **{"command-line": text})


def expand(dump):
    """The dump's runs as {virtual: (physical or None for a template, writable, user, no-execute, global, level size)}."""
    leaves = {}
    for line in dump.splitlines():
        m = RUN.match(line)
        if not m or not (m["pa"] or m["template"]):
            continue
        size, flags = SIZES[m["level"]], m["flags"]
        start, end = int(m["start"], 16), int(m["end"], 16)
        for n, va in enumerate(range(start, end, size)):
            pa = None if m["template"] else int(m["pa"], 16) + n * size
            leaves[va] = (pa, "RW " in flags, "USR" in flags, "NX " in flags, "GLB" in flags)
    return leaves


def from_qemu(tlb):
    """The same from `info tlb`, kernel half only."""
    leaves = {}
    for line in tlb.splitlines():
        va, pa, flags = line.replace(":", "").split()
        if int(va, 16) >> 63:
            leaves[int(va, 16)] = (int(pa, 16), "W" in flags, "U" in flags, "X" in flags, "G" in flags)
    return leaves


def compare(report, name, ours, theirs, repro):
    """Every translation of one is in the other. vmalloc areas come and go: there QEMU, who looks later, may see fewer."""
    wrong, templates = [], set()
    for va in sorted(set(ours) | set(theirs)):
        us, them = ours.get(va), theirs.get(va)
        if us is None:
            wrong.append(f"{va:016x}: QEMU has {them}, the dump nothing")
        elif them is None:
            if va not in VMALLOC:
                wrong.append(f"{va:016x}: the dump has {us}, QEMU nothing")
        elif us[0] is None:
            templates.add(them[0])
            if them[1] or va not in VMEMMAP:
                wrong.append(f"{va:016x}: a template, but QEMU has {them}")
        elif us != them:
            wrong.append(f"{va:016x}: the dump has {us}, QEMU {them}")
    if len(templates) > 4:
        wrong.append(f"{len(templates)} different templates")
    report.check(f"{name}/every-translation", not wrong and len(ours) > 1000, "\n".join(wrong[:40]) + f"\n{len(wrong)} differences", repro,
                 f"{len(ours)} of {len(theirs)}")


def look(report, name, monitor, dump, ours, repro):
    """Through QEMU's eyes: kernel text is the same by both of its addresses; a struct page reads as its kind."""
    text = next(va for va in sorted(ours) if va >= 0xffffffff80000000)
    by_va = monitor.line(f"x/8gx 0x{text:x}").split(":")[1:]
    by_pa = monitor.line(f"xp/8gx 0x{ours[text][0]:x}").split(":")[1:]
    report.check(f"{name}/text-by-both", [b.split()[:2] for b in by_va] == [b.split()[:2] for b in by_pa], f"{by_va}\n{by_pa}", repro)
    top = monitor.line("x/1gx 0xffffea03ffffffc0") # pfn 2^28 - 1: no RAM at 1 TiB - 4096 on these machines
    report.check(f"{name}/absent-struct-page", int(top.split(":")[1], 16) == 1, top, repro)
    for what, address in (("page zero", 8), ("HOLE0", 0xffff800000001000), ("HOLE1", 0xffffc80000001000), ("top", 0xfffffffffffff008)):
        answer = monitor.line(f"x/1gx 0x{address:x}")
        report.check(f"{name}/nothing-at-{what}", "Cannot access" in answer, answer, repro)


def job_for(name, options):
    def job(report):
        where = scratch("outside-" + name)
        qmp = os.path.join("/tmp", f"atlas-outside-{os.getpid()}-{name}")
        argv = [os.path.join(TOP, "tools/vmrun"), "--accel", "tcg", "--timeout", "750", "--log", os.path.join(where, "log"), "--stdin", *options,
                "--qemu", f"-qmp unix:{qmp},server=on,wait=off", "/bin/busybox", "sh", "-c", GUEST]
        repro = shlex.join(argv[:1] + argv[5:])
        guest = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=TOP,
                                 env={**os.environ, "ATLAS_BUILT": "1"})
        dump = ""
        for raw in guest.stdout:
            dump += raw.decode()
            if dump.endswith("READY\n"):
                break
        if report.check(f"outside/{name}/verdict", "\nPASS\n" in dump, dump[-3000:], repro):
            monitor = Monitor(qmp)
            monitor.command("stop")
            ours = expand(dump)
            compare(report, f"outside/{name}", ours, from_qemu(monitor.line("info tlb")), repro)
            look(report, f"outside/{name}", monitor, dump, ours, repro)
            monitor.command("cont")
        guest.stdin.write(b"done\n")
        guest.stdin.close()
        guest.stdout.read()
        report.check(f"outside/{name}/guest-ends", guest.wait() == 7, guest.stderr.read().decode(errors="replace"), repro)

    return Job("outside/" + name, job, 30)


def jobs():
    return [job_for(name, options) for name, options in MACHINES.items()]
