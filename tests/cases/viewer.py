# SPDX-License-Identifier: MIT
"""The viewer (esp/bin/atlas): on recorded files of a Linux machine here, and live on Atlas."""
import os
import re
import subprocess

from harness.jobs import Job
from harness.vm import TOP

VIEWER = os.path.join(TOP, "build/guest/atlas")
RECORDED = os.path.join(TOP, "tests/viewer/q35-1g")
VMRUN = os.path.join(TOP, "tools/vmrun")


def view(*args):
    return subprocess.run([VIEWER, *args], capture_output=True, timeout=20, check=False).stdout.decode()


def recorded(report):
    """Each view of the recorded machine says what its files say."""
    with open(os.path.join(RECORDED, "proc/iomem"), encoding="ascii") as f:
        lines = f.read().splitlines()
    tree = view("--root", RECORDED, "--print", "3", "--size", "120x60")
    missing = [line for line in lines if line.split(" : ")[1] not in tree]
    report.check("viewer/iomem_has_every_name", len(lines) > 20 and not missing, "\n".join(missing) + "\n" + tree)
    picture = view("--root", RECORDED, "--print", "2", "--size", "118x40")
    cells = "".join(row[19:115] for row in picture.splitlines()[2:34])
    # 36 GiB are spanned (the bus window above 4 GiB is not RAM): 4 GiB by 2 MiB cells, 512 of them RAM or in its holes.
    report.check("viewer/picture", cells.count("\u2591") > 1000 and 500 < cells.count("\u2588") < 800 and "\u00b7" in cells, picture)
    overview = view("--root", RECORDED, "--print", "1", "--size", "118x40")
    sizes = [int(n) for n in re.findall(r"^  \u2588 .*?(\d{4,})  ", overview, re.M)]
    with open(os.path.join(RECORDED, "proc/meminfo"), encoding="ascii") as f:
        total = int(re.search(r"MemTotal: +(\d+)", f.read())[1]) << 10
    report.check("viewer/overview_adds_up", sum(sizes) == total, f"{sum(sizes)} {total}\n{overview}")
    zones = view("--root", RECORDED, "--print", "4", "--size", "118x60")
    report.check("viewer/zones", "DMA32" in zones and "watermarks" in zones, zones)
    broken = [view("--root", "/nonexistent", "--print", str(n)) for n in range(1, 8)]
    report.check("viewer/nothing_to_read", all("ATLAS" in text for text in broken), "\n".join(broken))


def live(report):
    """On Atlas: the slices add up to the byte, page 0x100000 is the kernel's code, init's segments are there."""
    args = [VMRUN, "--script", "/dev/stdin"]
    script = "\n".join(f"/bin/atlas --size 130x60 {a}" for a in ("--print 1", "--page 100000 --print 5", "--print 6", "--print 7"))
    done = subprocess.run(args, input=script.encode(), capture_output=True, timeout=200, check=False)
    out = done.stdout.decode(errors="replace")
    for name, want in (("adds_up", "Adds up to the byte"), ("kernel_code", "System RAM / Kernel code"), ("verdict", "PASS"),
                       ("layout", "DIRECT_MAP"), ("processes", " init ")):
        report.check(f"viewer/live_{name}", want in out, out + done.stderr.decode(errors="replace"), "tools/vmrun /bin/atlas --print 1")


def jobs():
    return [Job("viewer/recorded", recorded), Job("viewer/live", live)]
