# SPDX-License-Identifier: MIT
"""The viewer (esp/bin/atlas): on recorded files of a Linux machine and of Atlas here, live on Atlas, and on its screen."""
import os
import re
import subprocess
import time

from harness.jobs import Job
from harness.screen import read_text, recognise
from harness.vm import Machine, TOP, make_stick, scratch

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
    report.check("viewer/nothing_to_read", all("? help" in text for text in broken), "\n".join(broken))


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
    args = [VMRUN, "--accel", "tcg", "--script", "/dev/stdin"]
    script = "\n".join(f"/bin/atlas --size 130x60 {a}" for a in ("--print 1", "--page 100000 --print 5", "--print 6", "--print 7",
                                                               "--print 8", "--page fed00000 --print 5"))
    done = subprocess.run(args, input=script.encode(), capture_output=True, timeout=600, check=False)
    out = done.stdout.decode(errors="replace")
    for name, want in (("adds_up", "Adds up to the byte"), ("kernel_code", "System RAM / Kernel code"), ("verdict", "PASS"),
                       ("layout", "direct map: phys"), ("processes", " init "), ("firmware", "as found"), ("hpet", "HPET 0")):
        report.check(f"viewer/live_{name}", want in out, out + done.stderr.decode(errors="replace"), "tools/vmrun /bin/atlas --print 1")


def upright(dump, quarters):
    """A screendump turned back by so many quarters, counter-clockwise."""
    width, height, pixels = dump
    for _ in range(quarters):
        rows = [pixels[y * width * 3:(y + 1) * width * 3] for y in range(height)]
        pixels = b"".join(row[x * 3:x * 3 + 3] for x in range(width - 1, -1, -1) for row in rows)
        width, height = height, width
    return width, height, pixels


class Reader:
    """The text on a machine's screen. Font and scale are found once, on a screen whose every cell is one of its glyphs."""

    def __init__(self, machine, quarters=0):
        self.machine, self.quarters, self.font = machine, quarters, None

    def lines(self):
        dump = upright(self.machine.screendump(), self.quarters)
        if not self.font:
            _, self.font, self.scale, _ = recognise(dump)
        w, h = self.font.width * self.scale, self.font.height * self.scale
        lines, bad = read_text(dump, self.font, self.scale, dump[0] % w // 2 & ~1, dump[1] % h // 2)
        if bad:
            self.font = None        # the screen was half drawn, or still the firmware's: any font may have seemed right
        return lines, bad

    def wait(self, words, seconds=40):
        """(all words were there and every cell was a glyph, the text)"""
        end = time.monotonic() + seconds
        while True:
            lines, bad = self.lines()
            text = "\n".join(lines)
            good = not bad and all(word in text for word in words)
            if good or time.monotonic() > end:
                return good, f"{bad} cells are no glyph\n{text}"
            time.sleep(0.5)


# What a person types, and what must then stand on the screen.
TOUR = [
    ("2", ["free", "untouched", "a cell is"]),
    ("3", ["System RAM", "Kernel code"]),
    ("4", ["DMA32", "free blocks of"]),
    ("6", ["ffff880000000000", "PASS"]),
    ("8", ["at exit", "loader data", "UC WC WT WB"]),
    ("9", ["PKMAP_BASE", "ff800000", "high memory"]),
    ("shift-slash", ["Keys everywhere", "go to a physical address"]),
    ("spc", ["PKMAP_BASE"]),
    ("g f e d 0 0 0 0 0 ret", ["HPET 0", "uncachable"]),                 # what is at 0xfed00000?
    ("7", ["init", "demo-heap"]),
    ("ret", ["/bin/init", "[stack]"]),
    ("ret", ["-> physical", "how the CPU finds", "pgd[", "ro user"]),
    ("ret", ["processes that map it", "1 init", "DIRECT_MAP"]),          # which process owns this page?
    ("1", ["installed", "1 GiB", "usable", "Adds up to the byte"]),
    ("q", ["exit: back to the viewer"]),
    ("e x i t ret", ["installed"]),
]


def on_screen(name, size, options, quarters=0, tour=TOUR):
    def job(report):
        where = scratch("viewer-" + name.replace("/", "-"))
        stick = make_stick(os.path.join(where, "esp.img"), f"report=page,0 {options}", loader_options=f"video={size}")
        width, height = size.split("x")
        with Machine(stick, display=["-device", f"VGA,edid=on,xres={width},yres={height},vgamem_mb=64"]) as m:
            report.check(f"{name}/report", m.wait_text("s for a shell", 180), m.text()[-2000:], m.repro())
            reader = Reader(m, quarters)
            for keys, words in [("a", ["installed", "usable"])] + tour:
                for key in keys.split():
                    m.monitor(f"sendkey {key}")
                    time.sleep(0.15)
                good, text = reader.wait(words)
                report.check(f"{name}/{keys.replace(' ', '_')}", good, f"wanted {words}\n{text}", m.repro())

    return Job(name, job, 30)


def jobs():
    return [Job("viewer/recorded", recorded_linux), Job("viewer/recorded-atlas", recorded_atlas), Job("viewer/live", live),
            on_screen("viewer/80x25", "640x400", ""), on_screen("viewer/turned", "1024x768", "rotate=270", 3, TOUR[:3])]
