#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make bench: what things cost on Atlas, in guest instructions, with Linux 6.1 on the same QEMU beside it.

usage: bench.py [MMBENCH]   MMBENCH: a compiled mmbench (or its .c file), a longer list of the same operations.

Sections: boot by memory size; operations seen from ring 3; the kernel's own hot paths; memory. Each figure comes from a
run under -icount, where the time-stamp counter counts instructions, whatever the host does."""
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness.vm import BUILD, TOP, vmrun # noqa: E402

CPU = "max,-erms"
LINUX = os.path.join(TOP, "tests/bench/linux-6.1.tsv")
BOOT_SIZES = ["256M", "1G", "4G", "64G"]


def linux_figures():
    with open(LINUX, encoding="ascii") as f:
        rows = (line.split() for line in f if not line.startswith("#"))
        return {name: float(value) for name, value in rows if re.fullmatch(r"[0-9.]+", value)}


def compile_program(source):
    program = os.path.join(BUILD, "bench", os.path.basename(source).removesuffix(".c"))
    os.makedirs(os.path.dirname(program), exist_ok=True)
    subprocess.run(["musl-gcc", "-O2", "-static", "-no-pie", "-fno-pie", "-fno-stack-protector", "-Wall", "-o", program,
                    source], check=True)
    return program


def run(program, *options):
    done, command = vmrun("--icount", "--cpu", CPU, *options, program, timeout=580)
    if done.returncode:
        sys.exit(f"bench: {command}\n{done.stderr.decode(errors='replace')}")
    return {name: float(value) for name, value in
            re.findall(r"^\w+ (\w+) median=([0-9.]+)", done.stdout.decode(), re.M)}


def table(title, rows, figures):
    print(f"\n{title}\n{'':32}{'Atlas':>14}{'Linux 6.1':>16}{'Atlas/Linux':>14}")
    ratios = []
    for name, value in rows.items():
        other = figures.get(name)
        line = f"{name:32}{value:14,.0f}"
        if other:
            line += f"{other:16,.0f}{value / other:14.3f}"
            ratios.append(value / other)
        print(line)
    if len(ratios) > 2:
        print(f"{'geometric mean':32}{'':30}{math.exp(sum(map(math.log, ratios)) / len(ratios)):14.3f}")


def kernel_costs():
    done, _ = vmrun("--icount", "--cpu", CPU, "--append", "ktest=costs", "--log", os.path.join(BUILD, "bench/ktest.log"),
                    "/bin/busybox", "true", timeout=300)
    with open(os.path.join(BUILD, "bench/ktest.log"), encoding="utf-8", errors="replace") as f:
        return re.findall(r"# cost ([^\r\n]*)", f.read())


def mem_free(size):
    done, _ = vmrun("--memory", size, "/bin/busybox", "cat", "/proc/meminfo")
    return {k: int(v) for k, v in re.findall(r"(\w+): +(\d+) kB", done.stdout.decode())}


def main():
    figures = linux_figures()
    ops = compile_program(os.path.join(TOP, "tests/bench/ops.c"))
    program = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else None
    if program and program.endswith(".c"):
        program = compile_program(program)
    boots = {f"boot_to_main_{size}": run(ops, "--memory", size)["boot_to_main"] for size in BOOT_SIZES if size != "1G"}
    main_run = run(ops)
    boots["boot_to_main_1G"] = main_run.pop("boot_to_main")
    table("Boot: kernel's clock start to a program's main, instructions (vmrun's init included)", boots, figures)
    rows = run(program) if program else main_run
    table("Operations, instructions", rows, figures)
    print("\nThe kernel's own (tests/kernel), instructions")
    for line in kernel_costs():
        print("  " + line)
    info = mem_free("256M")
    print(f"\nMemory of a 256 MiB machine at the first program: MemTotal {info.get('MemTotal', 0):,} kB, "
          f"MemFree {info.get('MemFree', 0):,} kB (Linux 6.1: 191,372 kB free)")


if __name__ == "__main__":
    main()
