# SPDX-License-Identifier: MIT
"""/proc/iomem against Linux 6.1's on the same machine, and against what QEMU says of its PCI devices."""
import os
import re

from harness.jobs import Job
from harness.vm import TOP, Machine, make_stick, scratch

REFERENCE = os.path.join(TOP, "tests/reference/linux-6.1-q35-1g/proc-iomem.txt")
CAT = "quiet init=/bin/cat -- /proc/iomem"


def iomem_of(machine):
    """The lines of /proc/iomem that the guest printed, [] when it did not."""
    machine.wait_text("Kernel panic: init (pid 1) ended: status 0", 60)
    return re.findall(r"^ *[0-9a-f]{8,}-[0-9a-f]{8,} : .*$", machine.text().replace("\r", ""), re.M)


def without_kernel(lines):
    return "\n".join(line for line in lines if " : Kernel " not in line)


def same_as_linux(report):
    # The stick on the chipset's own AHCI: no PCI device that the reference machine does not have.
    stick = make_stick(os.path.join(scratch("iomem-linux"), "esp.img"), CAT)
    disk = ["-drive", f"if=none,id=d,format=raw,snapshot=on,file={stick}", "-device", "ide-hd,drive=d,bus=ide.0,bootindex=0"]
    with Machine(None, args=disk) as m:
        got = iomem_of(m)
        repro = m.repro()
    with open(REFERENCE, encoding="ascii") as f:
        want = f.read().splitlines()
    report.same("iomem/same_as_linux_6.1", without_kernel(got), without_kernel(want), repro)
    names = [line.split(" : ")[1] for line in got if " : Kernel " in line]
    report.check("iomem/kernel_parts", names == ["Kernel code", "Kernel rodata", "Kernel data", "Kernel bss"], "\n".join(got), repro)


def qemu_bars(text):
    """(name, start, end) of every assigned memory BAR in QEMU's `info pci`."""
    name = None
    for line in text.replace("\r", "").splitlines():
        device = re.match(r"\s*Bus\s+(\d+), device\s+(\d+), function (\d+):", line)
        bar = re.match(r"\s*BAR(\d+): .*memory at 0x([0-9a-f]+) \[0x([0-9a-f]+)\]", line)
        if device:
            name = "0000:%02x:%02x.%d" % tuple(map(int, device.groups()))
        elif bar and bar[1] != "6" and int(bar[2], 16) < 1 << 63:
            yield name, int(bar[2], 16), int(bar[3], 16)


def bars_as_qemu_says(report):
    stick = make_stick(os.path.join(scratch("iomem-bars"), "esp.img"), CAT)
    devices = ["-device", "pcie-root-port,id=p1,chassis=1", "-device", "virtio-net-pci,bus=p1", "-device", "pcie-root-port,id=p2,chassis=2",
               "-device", "pcie-pci-bridge,id=b3,bus=p2", "-device", "e1000,bus=b3,addr=3", "-device", "qemu-xhci", "-device", "ich9-intel-hda",
               "-device", "pci-bridge,id=b4,bus=b3,addr=4,chassis_nr=9", "-device", "virtio-net-pci,bus=b4,addr=1", "-device", "intel-iommu"]
    with Machine(stick, display=["-vga", "std"], args=devices) as m:
        lines = iomem_of(m)
        bars = list(qemu_bars(m.monitor("info pci")))
        after = m.monitor("info pci")
        repro = m.repro()
    got = {}
    for line in lines:
        start, end, name = re.match(r" *([0-9a-f]+)-([0-9a-f]+) : (.*)", line).groups()
        got.setdefault((int(start, 16), int(end, 16)), []).append(name)
    detail = "\n".join(lines) + "\n" + after
    missing = [b for b in bars if b[0] not in got.get(b[1:], [])]
    report.check("iomem/bars_as_qemu_says", len(bars) >= 8 and not missing, f"missing {missing}\n{detail}", repro, f"{len(bars)} BARs")
    behind = [line for line in lines if re.match(r" +[0-9a-f-]+ : 0000:0[1-9]:", line)]
    report.check("iomem/bridge_windows", any(" : PCI Bus 0000:03" in line for line in lines) and
                 all(line.startswith("    ") for line in behind) and behind, detail, repro)
    # A bridge whose window is as large as that of the bridge before it is inside.
    buses = [int(line.split("0000:")[1], 16) for line in lines if " : PCI Bus 0000:" in line and line.startswith("  ")]
    ranges = [line.split()[0] for line in lines if " : PCI Bus 0000:" in line and line.startswith("  ")]
    equal = [(a, b) for (ra, a), (rb, b) in zip(zip(ranges, buses), list(zip(ranges, buses))[1:]) if ra == rb]
    report.check("iomem/equal_windows_nest", equal and all(a < b for a, b in equal), f"{equal}\n{detail}", repro)
    report.check("iomem/iommu", any(line.endswith("-fed90fff : dmar0") for line in lines), detail, repro)


def jobs():
    return [Job("iomem/linux", same_as_linux, 10), Job("iomem/pci", bars_as_qemu_says, 10)]
