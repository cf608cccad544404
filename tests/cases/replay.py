# SPDX-License-Identifier: MIT
"""make replay: every recorded machine goes through e820, iomem, memblock, zones and the accounting, on the host."""
import glob
import os
import re
import subprocess

from harness.jobs import Job
from harness.vm import BUILD, TOP, Machine, make_stick, run, scratch

REFUSED = {"cxl-two-expanders": "no free place for a kernel below 4 GiB", # only its last entries were published
           "ibm-xseries-345": "no efi-memmap.txt and no e820.txt"}


def replay(report):
    machines = sorted(glob.glob(os.path.join(TOP, "tests/machines/*/SOURCE")))
    report.check("replay/machines", len(machines) >= 29, f"{len(machines)} machines")
    for source in machines:
        folder = os.path.dirname(source)
        name = os.path.basename(folder)
        done = run([os.path.join(BUILD, "host/replay"), folder], timeout=600)
        text = (done.stdout + done.stderr).decode(errors="replace")
        repro = f"make replay MACHINE={name}"
        if name in REFUSED:
            report.check(f"replay/{name}", done.returncode == 1 and REFUSED[name] in text, text, repro, "refused with a sentence")
            continue
        total = re.search(r"(\d+) KiB  sum; the map has (\d+) KiB: it closes", text)
        report.check(f"replay/{name}", done.returncode == 0 and total and total[1] == total[2], text, repro)


# Maps that nobody can boot: rows of type, start, end.
GIB = 1 << 30
HOPELESS = {
    "nothing-below-4G": [(0, 0, 4 * GIB - 1), (7, 4 * GIB, 8 * GIB - 1)],
    "nothing-above-1M": [(7, 0, 0x9ffff), (0, 0xa0000, 4 * GIB - 1)],
    "all-reserved": [(0, 0, 16 * GIB - 1)],
    "ten-thousand-pieces": [(7 if i % 2 else 0, 0x100000 + i * 0x3000, 0x102fff + i * 0x3000) for i in range(10000)],
}


def hopeless(report):
    """A sentence and a stop, not a hang; what a map of too many pieces loses is counted."""
    for name, rows in HOPELESS.items():
        folder = scratch("replay-" + name)
        with open(os.path.join(folder, "efi-memmap.txt"), "w", encoding="ascii") as f:
            f.writelines(f"{kind} {start:x} {end:x} f\n" for kind, start, end in rows)
        done = run([os.path.join(BUILD, "host/replay"), folder], timeout=120)
        text = (done.stdout + done.stderr).decode(errors="replace")
        report.check(f"replay/hopeless/{name}", done.returncode == 1 and "no free place for a kernel below 4 GiB" in text, text, f"make replay MACHINE={folder}")
        if name == "ten-thousand-pieces":
            report.check(f"replay/hopeless/{name}/counted", re.search(r"8976 pieces \(\d+ bytes of RAM\) lost", text), text, "")


def on_a_machine(report, name, file):
    """replay=NAME on a booted machine tells the same addresses and names as the host's run."""
    stick = make_stick(os.path.join(scratch(f"replay-{name}"), "esp.img"), f"quiet replay={name} init=/bin/cat -- /proc/atlas/report")
    subprocess.run(["mmd", "-i", stick, "::/atlas/machines", f"::/atlas/machines/{name}"], check=True)
    subprocess.run(["mcopy", "-i", stick, os.path.join(TOP, "tests/machines", name, file), f"::/atlas/machines/{name}/"], check=True)
    with Machine(stick) as m:
        m.wait_text("Kernel panic: init (pid 1) ended: status 0", 60)
        text, repro = m.text().replace("\r", ""), m.repro()
    tree = text.split("Replay: what would be at each", 1)[-1].split("\n== ", 1)[0]
    guest = [f"{depth}{where} : {what}" for depth, where, what in re.findall(r"^  ( *)([0-9a-f]+-[0-9a-f]+) +[0-9.]+ [KMGT]iB +(.*)$", tree, re.M)]
    host = run([os.path.join(BUILD, "host/replay"), os.path.join(TOP, "tests/machines", name)]).stdout.decode()
    host = [line for line in re.findall(r"^ *[0-9a-f]{8,}-[0-9a-f]{8,} : .*$", host, re.M) if " : Kernel " not in line]
    report.check(f"replay/guest/{name}", guest and guest == host, "\n".join(guest) + "\n--\n" + "\n".join(host) + text[-3000:], repro)


def jobs():
    return [Job("replay/host", replay, 20), Job("replay/hopeless", hopeless, 2),
            Job("replay/guest", lambda report: on_a_machine(report, "lenovo-thinkpad-x240", "efi-memmap.txt"), 8),
            Job("replay/server", lambda report: on_a_machine(report, "dell-poweredge-r7425", "e820.txt"), 8)]
