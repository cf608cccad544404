# SPDX-License-Identifier: MIT
"""The viewer (esp/bin/atlas): on recorded files of a Linux machine and of Atlas here, live on Atlas, and on its screen."""
import os
import re
import subprocess

from harness.jobs import Job
from harness.vm import TOP

VIEWER = os.path.join(TOP, "build/guest/atlas")
LINUX = os.path.join(TOP, "tests/viewer/q35-1g")
ATLAS = os.path.join(TOP, "tests/viewer/atlas-q35-1g")
VMRUN = os.path.join(TOP, "tools/vmrun")


def view(*args):
    return subprocess.run([VIEWER, *args], capture_output=True, timeout=120, check=False).stdout.decode()


def text_of(root, path):
    with open(os.path.join(root, path), encoding="ascii") as f:
        return f.read()


def recorded_linux(report):
    """Each view of the recorded Linux machine says what its files say."""
    lines = text_of(LINUX, "proc/iomem").splitlines()
    tree = view("--root", LINUX, "--print", "3", "--size", "120x60")
    missing = [line for line in lines if line.split(" : ")[1] not in tree]
    report.check("viewer/iomem_has_every_name", len(lines) > 20 and not missing, "\n".join(missing) + "\n" + tree)
    picture = view("--root", LINUX, "--print", "2", "--size", "118x40")
    cells = "".join(row[16:112] for row in picture.splitlines()[2:35])
    # 36 GiB are spanned (the bus window above 4 GiB is not RAM): 4 GiB by 2 MiB cells, 512 of them RAM or in its holes.
    report.check("viewer/picture", cells.count("\u2591") > 1000 and 500 < cells.count("\u2588") < 800 and "\u00b7" in cells, picture)
    overview = view("--root", LINUX, "--print", "1", "--size", "118x40")
    total = int(re.search(r"MemTotal: +(\d+)", text_of(LINUX, "proc/meminfo"))[1]) << 10
    report.check("viewer/overview_total", re.search(rf"usable .* {total} bytes", overview), overview)
    zones = view("--root", LINUX, "--print", "4", "--size", "118x60")
    report.check("viewer/zones", "DMA32" in zones and "watermarks" in zones, zones)
    found = view("--root", LINUX, "--print", "3", "--size", "80x25", "--keys", "/fed00000\n\n")
    report.check("viewer/search_an_address", "HPET 0" in found and "physical address 0000fed00000" in found, found)
    broken = [view("--root", "/nonexistent", "--print", str(n)) for n in range(1, 10)]
    report.check("viewer/nothing_to_read", all("ATLAS" in text for text in broken), "\n".join(broken))


def recorded_atlas(report):
    """Every view of a recorded Atlas, at the smallest and at the largest size."""
    for size in ("80x25", "480x135"):
        overview = view("--root", ATLAS, "--print", "1", "--size", size)
        report.check(f"viewer/{size}/adds_up", "Adds up to the byte" in overview and "installed" in overview and "1073741824 bytes" in overview, overview)
        firmware = view("--root", ATLAS, "--print", "8", "--size", size)
        report.check(f"viewer/{size}/firmware", "at exit" in firmware and "ACPI NVS" in firmware and "UC WC WT WB" in firmware, firmware)
        layout = view("--root", ATLAS, "--print", "6", "--size", size)
        report.check(f"viewer/{size}/layout", "ffff880000000000" in layout and "PASS" in layout, layout)
        lab = view("--root", ATLAS, "--print", "9", "--size", size)
        report.check(f"viewer/{size}/lab", "ff800000" in lab and "PKMAP_BASE" in lab and "127 MiB are high memory" in lab, lab)
        page = view("--root", ATLAS, "--print", "5", "--size", size, "--page", "100000")
        report.check(f"viewer/{size}/kernel_code", "System RAM / Kernel code" in page and "loader data" in page and
                     "ffffffff80100000  KERNEL" in page and "executable" in page, page)
        lines = [row for text in (overview, firmware, layout, lab, page) for row in text.splitlines()]
        report.check(f"viewer/{size}/fits", all(len(row) <= int(size.split("x")[0]) for row in lines), "")
    entries = text_of(ATLAS, "proc/atlas/firmware_map").splitlines()
    report.check("viewer/all_entries", f"{len(entries)} entries" in firmware, firmware)
    cleaned = view("--root", ATLAS, "--print", "8", "--size", "80x25", "--keys", "\x02") # left: from at exit to cleaned
    report.check("viewer/cleaned", "2 entries" in cleaned and "System RAM" in cleaned, cleaned)
    segments = view("--root", ATLAS, "--print", "7", "--size", "80x25", "--keys", "\n")
    missing = [line for line in text_of(ATLAS, "proc/1/maps").splitlines() if line.split("-")[0].lstrip("0") not in segments]
    report.check("viewer/segments", "[stack]" in segments and not missing, segments)
    table = view("--root", ATLAS, "--print", "6", "--size", "120x70", "--keys", "\n")
    report.check("viewer/tables", "---[ DIRECT_MAP" in table, table)
    helped = [view("--root", ATLAS, "--print", str(n), "--size", "80x25", "--keys", "?") for n in range(1, 10)]
    report.check("viewer/help", all("Keys everywhere" in text for text in helped), "\n".join(helped))


def live(report):
    """On Atlas: the slices add up to the byte, page 0x100000 is the kernel's code, init's segments lead to its pages."""
    args = [VMRUN, "--script", "/dev/stdin"]
    script = "\n".join(f"/bin/atlas --size 130x60 {a}" for a in ("--print 1", "--page 100000 --print 5", "--print 6", "--print 7",
                                                               "--print 8", "--page fed00000 --print 5"))
    done = subprocess.run(args, input=script.encode(), capture_output=True, timeout=600, check=False)
    out = done.stdout.decode(errors="replace")
    for name, want in (("adds_up", "Adds up to the byte"), ("kernel_code", "System RAM / Kernel code"), ("verdict", "PASS"),
                       ("layout", "direct map: phys"), ("processes", " init "), ("firmware", "as found"), ("hpet", "HPET 0")):
        report.check(f"viewer/live_{name}", want in out, out + done.stderr.decode(errors="replace"), "tools/vmrun /bin/atlas --print 1")


def jobs():
    return [Job("viewer/recorded", recorded_linux), Job("viewer/recorded-atlas", recorded_atlas), Job("viewer/live", live)]
