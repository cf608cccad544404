# SPDX-License-Identifier: MIT
"""make replay: every recorded machine goes through e820, iomem, memblock, zones and the accounting, on the host."""
import glob
import os
import re

from harness.jobs import Job
from harness.vm import BUILD, TOP, run

REFUSED = {"cxl-two-expanders": "no free place for a kernel below 4 GiB", # only its last entries were published
           "ibm-xseries-345": "no efi-memmap.txt and no e820.txt"}


def replay(report):
    machines = sorted(glob.glob(os.path.join(TOP, "tests/machines/*/SOURCE")))
    report.check("replay/machines", len(machines) >= 29, f"{len(machines)} machines")
    for source in machines:
        folder = os.path.dirname(source)
        name = os.path.basename(folder)
        done = run([os.path.join(BUILD, "host/replay"), folder], timeout=120)
        text = (done.stdout + done.stderr).decode(errors="replace")
        repro = f"make replay MACHINE={name}"
        if name in REFUSED:
            report.check(f"replay/{name}", done.returncode == 1 and REFUSED[name] in text, text, repro, "refused with a sentence")
            continue
        total = re.search(r"(\d+) KiB  sum; the map has (\d+) KiB: it closes", text)
        report.check(f"replay/{name}", done.returncode == 0 and total and total[1] == total[2], text, repro)


def jobs():
    return [Job("replay", replay, 20)]
