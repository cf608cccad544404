# SPDX-License-Identifier: MIT
"""The tests inside the kernel (tests/kernel, boot option ktest): KTAP on the serial port."""
import os
import re

from harness.jobs import Job
from harness.vm import Machine, make_stick, scratch, sealed_kernel

# Ends of the machine on purpose: what each must have on its last screen. Also panics must show registers and a backtrace.
CRASHES = {
    "crash_null": ["NULL pointer", "page fault", "not present, write", "(CR2) 0000000000000008", "crash_null+"],
    "crash_write_text": ["page fault", "write", "crash_write_text+"],
    "crash_struct_page": ["write to the struct page of pfn 0x", "which is a template: this memory is not RAM", "crash_struct_page+"],
    "crash_beyond_struct_pages": ["struct page of pfn 0x", "which the CPU can't address", "crash_beyond_struct_pages+"],
    "crash_invalid_opcode": ["invalid opcode", "crash_invalid_opcode+"],
    "crash_general_protection": ["general protection", "crash_general_protection+"],
    "crash_divide": ["divide", "crash_divide+"],
    "crash_bug": ["number is 42", "crash_bug+"],
    "crash_stack_overflow": ["kernel stack overflow in", "double fault", "recurse", "overflow+"],
}
MACHINES = {
    "max": dict(cpu="max"),
    "qemu64": dict(cpu="qemu64"),
    "nehalem-pc": dict(cpu="Nehalem", machine="pc"),
    "small": dict(cpu="max", memory="64M"),
    "la57-off": dict(cpu="max,la57=off"),
    "no-x2apic": dict(cpu="max,x2apic=off"),
    "no-1g-pages": dict(cpu="max,pdpe1gb=off", memory="2G"),
    "relocated": dict(cpu="max", config="test_take_1mib=yes"),
    "no-apic": dict(cpu="max,apic=off"),
    "no-nx-smep-smap": dict(cpu="max,nx=off,smep=off,smap=off,umip=off,fsgsbase=off,xsave=off"),
    "highmem-lab": dict(cpu="max", memory="2G", options="highmem=896M"),
    "slab-debug": dict(cpu="max", options="slab_debug"),
}


def known_crashes():
    from harness.vm import TOP
    with open(os.path.join(TOP, "tests/kernel/crash_test.c"), encoding="utf-8") as f:
        return re.findall(r"^KTEST\((crash_\w+)\)", f.read(), re.M)


def boot(label, options, seconds=240, config="", **machine):
    where = scratch(f"ktest-{label}")
    stick = make_stick(os.path.join(where, "esp.img"), f"debug_exit {options}", kernel=sealed_kernel(), loader_options=config)
    # Under -icount the guest's clock goes by its instructions: a busy host can't make a timer late.
    with Machine(stick, args=["-icount", "shift=3,sleep=off"], **machine) as m:
        m.wait_end(seconds)
        return m.text(), m.repro()


def run_all(label, machine):
    options = machine.pop("options", "")

    def job(report):
        text, repro = boot(label, f"ktest {options}", **machine)
        repro = f"boot option `ktest {options}` with {machine}"
        plan = re.search(r"1\.\.(\d+)", text)
        results = re.findall(r"\b(not ok|ok) \d+ (\w+)( # SKIP [^\r\n]*)?", text)
        for verdict, name, skip in results:
            if skip:
                report.skip(f"kernel/{label}/{name}", skip.strip(" #"))
            else:
                before = text.split(f"{name}", 1)[0][-1500:]
                report.check(f"kernel/{label}/{name}", verdict == "ok", before, repro)
        report.check(f"kernel/{label}/all-ran", plan and len(results) == int(plan.group(1)), text[-3000:], repro)

    return Job(f"kernel/{label}", job, 15)


def crash(name, words):
    def job(report):
        text, _ = boot(name, f"ktest={name}")
        tail = text[text.find("KTAP version"):]
        missing = [w for w in words + ["backtrace"] if w not in tail]
        report.check(f"kernel/{name}", not missing, f"not shown: {missing}\n{tail[-3000:]}",
                     f"boot option `ktest={name} debug_exit`")

    return Job(f"kernel/{name}", job, 8)


def interrupted(report):
    """QEMU's monitor: an NMI that nobody asked for is survived and counted, a machine check stops with the bank shown."""
    where = scratch("ktest-nmi-mce")
    stick = make_stick(os.path.join(where, "esp.img"), "debug_exit init=/bin/sh console=ttyS0", kernel=sealed_kernel())
    with Machine(stick) as m:
        up = m.wait_text("# ", 120)
        m.monitor("nmi")
        m.send(b"grep NMI: /proc/interrupts; echo lives $((6 * 7))\n")
        report.check("kernel/nmi/survived", up and m.wait_text("lives 42", 60), m.text()[-2000:], m.repro())
        report.check("kernel/nmi/counted", re.search(r"NMI: +1\b", m.text()), m.text()[-2000:], m.repro())
        try:
            m.monitor("mce 0 3 0xb200000000000185 0x5 0 0")
        except RuntimeError:
            pass # the machine stopped, and QEMU with it, before it answered
        m.wait_end(60)
        said = m.text()
        missing = [w for w in ("machine check", "bank 3: status b200000000000185 uncorrected", "backtrace", "rip 0010:") if w not in said]
        report.check("kernel/machine-check", not missing, f"not shown: {missing}\n{said[-3000:]}", m.repro())


def jobs():
    return [run_all(label, dict(m)) for label, m in MACHINES.items()] + \
        [crash(name, CRASHES.get(name, [])) for name in known_crashes()] + [Job("kernel/nmi-mce", interrupted, 8)]
