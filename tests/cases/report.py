# SPDX-License-Identifier: MIT
"""The memory-map report as text: from a booted stick with init's programs, at several sizes of memory, and
with the direct map ended early."""
import os
import re

from harness.jobs import Job
from harness.vm import Machine, make_stick, scratch

TITLES = ["This machine", "What the firmware said: its memory map by type",
          "The map, cleaned: sorted, merged, the most restrictive type wins (e820)", "What is at each physical address (/proc/iomem)",
          "Zones and free memory", "vmemmap: struct page for every page, memory for the sections in use", "The kernel's address space",
          "Processes and their segments", "Where the memory is: installed, usable, and who has it"]
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def sections(text):
    """Title -> lines, in order."""
    found = {}
    for title, body in re.findall(r"^== ([^\n]*)\n\n(.*?)(?=^== |\Z)", text, re.M | re.S):
        found.setdefault(title, []).extend(body.splitlines())
    return found


def size_of(words):
    number, unit = words.split()
    return float(number) * UNITS[unit]


def slices_add_up(lines):
    """The sizes as printed have three digits: their sum is held against the bytes of the totals."""
    sums, totals, current = {}, {}, None
    for line in lines:
        total = re.match(r"  (installed|usable) +\d[\d.]* [KMGT]?i?B  (\d+) bytes", line)
        part = re.match(r"    \S.{21} +(\d[\d.]* (?:[KMGT]i)?B) +\d", line)
        if total:
            current = total[1]
            totals[current] = int(total[2])
        elif part and current:
            sums[current] = sums.get(current, 0) + size_of(part[1])
    kept = totals["installed"] - totals["usable"]
    return abs(sums["usable"] - totals["usable"]) < totals["usable"] / 50 and abs(sums["installed"] - kept) < kept / 20 + 1e5


def check(name, text, repro, report, memory, options):
    got = sections(text)
    report.same(f"{name}/sections", "\n".join(got), "\n".join(TITLES), repro)
    if list(got) != TITLES:
        return
    wide = [line for lines in got.values() for line in lines if len(line) > 80 and not line.startswith("[")]
    report.check(f"{name}/80_columns", not wide, "\n".join(wide), repro)
    balance = got[TITLES[-1]]
    detail = "\n".join(balance)
    report.check(f"{name}/closes", "  Adds up to the byte, and the allocators' own counters agree." in balance, detail, repro)
    report.check(f"{name}/slices", slices_add_up(balance), detail, repro)
    report.check(f"{name}/installed", f"{memory << 20} bytes  says SMBIOS" in detail, detail, repro)
    layout = "\n".join(got["The kernel's address space"])
    report.check(f"{name}/laws", layout.count("  true  ") == 11 and "BROKEN" not in layout, layout, repro)
    people = "\n".join(got["Processes and their segments"])
    for program in ("init", "demo-tree", "demo-mmap", "demo-stack", "demo-file"):
        report.check(f"{name}/process_{program}", re.search(rf"^ +\d+  {program}  ", people, re.M), people, repro)
    report.check(f"{name}/segments", all(f" {word} " in people for word in ("code", "data", "bss", "heap", "stack", "mmap")), people, repro)
    zones = "\n".join(got["Zones and free memory"])
    report.check(f"{name}/highmem", ("HighMem" in zones) == ("highmem" in options), zones, repro)


def report_at(name, memory, options=""):
    def job(report):
        stick = make_stick(os.path.join(scratch(name.replace("/", "-")), "esp.img"), f"report=page,0 start=shell {options}")
        with Machine(stick, memory=f"{memory}M") as m:
            m.wait_text("Press Enter for a shell", 90)
            text = m.text().replace("\r", "")
            repro = m.repro()
        check(name, text, repro, report, memory, options)

    return Job(name, job, 15)


def jobs():
    return [report_at("report/64M", 64), report_at("report/2G", 2048), report_at("report/highmem", 2048, "highmem=896M")]
