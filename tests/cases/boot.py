# SPDX-License-Identifier: MIT
"""The boot table: machine types, CPUs and memory sizes, each to ring 3 and back."""
import os
import re

from harness.jobs import Job
from harness.vm import scratch, vmrun

MACHINES = ["q35", "pc"]
CPUS = ["qemu64", "Nehalem", "max"]
MEMORY = {"64M": 64, "256M": 256, "1G": 1024, "4G": 4096, "64G": 65536}
# Not in the product: what costs more or is special.
MORE = [
    ("q35-max-48M", ["--memory", "48M"], 48),
    ("q35-max-256G", ["--memory", "256G", "--cpu", "max,phys-bits=46"], 256 << 10),
    ("q35-max-1T", ["--memory", "1024G", "--cpu", "max,phys-bits=46"], 1024 << 10),
    ("q35-max-highmem", ["--memory", "2G", "--append", "highmem=896M"], 2048),
    ("q35-la57-off", ["--cpu", "max,la57=off"], 1024),
    ("q35-no-smap", ["--cpu", "max,smap=off,smep=off,umip=off"], 1024),
    ("q35-no-nx", ["--cpu", "max,nx=off"], 1024),
    ("q35-no-apic", ["--cpu", "max,apic=off"], 1024),
    ("q35-x2apic-off", ["--cpu", "max,x2apic=off"], 1024),
]
SCRIPT = """cat /proc/meminfo
cat /proc/iomem
cat /proc/atlas/verdict
sh -c 'echo ring 3: $((6 * 7)); ls /bin | wc -l'
"""
ALARM = re.compile(r"\b(BUG|FAIL|panic|WARNING|not ok)\b")


def check_output(report, name, mib, where, log, repro):
    meminfo = read(f"{where}/1.out")
    total = re.search(r"MemTotal: +(\d+) kB", meminfo)
    total = int(total.group(1)) if total else 0
    # The firmware keeps about 16 MiB for itself, more on very small machines.
    report.check(f"{name}/MemTotal", mib * 1024 * 0.6 - 10240 < total < mib * 1024, meminfo, repro, f"{total} kB")
    report.check(f"{name}/iomem", "System RAM" in read(f"{where}/2.out") and "Kernel code" in read(f"{where}/2.out"),
                 read(f"{where}/2.out"), repro)
    report.check(f"{name}/verdict", "FAIL" not in read(f"{where}/3.out") and read(f"{where}/3.status") == "0\n",
                 read(f"{where}/3.out"), repro)
    report.check(f"{name}/ring3", read(f"{where}/4.out").startswith("ring 3: 42\n"), read(f"{where}/4.out"), repro)
    bad = [line for line in log.splitlines() if ALARM.search(line)]
    report.check(f"{name}/log", not bad, "\n".join(bad), repro)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def boot(name, options, mib, seconds=90):
    def job(report):
        where = scratch(name.replace("/", "-"))
        script = os.path.join(where, "script")
        with open(script, "w", encoding="ascii") as f:
            f.write(SCRIPT)
        done, repro = vmrun(*options, "--log", f"{where}/log", "--split", where, "--script", script, timeout=seconds)
        log = read(f"{where}/log")
        if done.returncode > 1:
            report.fail(name, done.stderr.decode(errors="replace")[-3000:], repro)
            return
        check_output(report, name, mib, where, log, repro)

    return Job(name, job, 5 + mib / 10000)


def jobs():
    table = [boot(f"boot/{m}-{c}-{size}", ["--machine", m, "--cpu", c, "--memory", size], mib)
             for m in MACHINES for c in CPUS for size, mib in MEMORY.items()]
    return table + [boot(f"boot/{name}", options, mib, 300) for name, options, mib in MORE]
