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
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness.vm import BUILD, TOP, vmrun # noqa: E402

CPU = "max,-erms"
LINUX = os.path.join(TOP, "tests/bench/linux-6.1.tsv")
BIG = CPU + ",phys-bits=46" # 1 TiB needs more address bits than QEMU's 40
BOOT_SIZES = ["256M", "1G", "4G", "64G", "1T"]


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
    done, command = vmrun("--icount", "--cpu", CPU, *options, program, timeout=900)
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
            if not name.startswith("clock_"):
                ratios.append(value / other)
        print(line)
    if len(ratios) > 2:
        print(f"{'geometric mean':32}{'':30}{math.exp(sum(map(math.log, ratios)) / len(ratios)):14.3f}")


def kernel_costs():
    """The test inside the kernel switches the machine off before any program runs."""
    log = os.path.join(BUILD, "bench/ktest.log")
    vmrun("--icount", "--cpu", CPU, "--append", "ktest=costs", "--log", log, "/bin/busybox", "true", timeout=580)
    with open(log, encoding="utf-8", errors="replace") as f:
        return re.findall(r"# cost (.*): best (\d+), mean (\d+) \(limit (\d+)\)", f.read())


def mem_free(size):
    done, _ = vmrun("--memory", size, "--cpu", BIG, "/bin/busybox", "cat", "/proc/meminfo")
    found = re.search(r"MemFree: +(\d+) kB", done.stdout.decode())
    return int(found[1]) if found else 0


def kernel_table(costs):
    print(f"\nInside the kernel (tests/kernel), instructions\n{'':64}{'Atlas':>10}{'limit':>10}")
    for what, best, _, limit in costs:
        print(f"{what:64}{int(best):10,}{int(limit) or '':>10}")


def main():
    figures = linux_figures()
    ops = compile_program(os.path.join(TOP, "tests/bench/ops.c"))
    program = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else None
    if program and program.endswith(".c"):
        program = compile_program(program)
    with ThreadPoolExecutor(2) as pool: # a machine on each of two cores; instructions don't mind
        rows = pool.submit(run, program or ops)
        boots = {size: pool.submit(run, ops, "--memory", size, "--cpu", BIG if size == "1T" else CPU) for size in BOOT_SIZES}
        costs = pool.submit(kernel_costs)
        free = {f"memfree_{size}": pool.submit(mem_free, size) for size in BOOT_SIZES}
        table("Boot: kernel's clock start to a program's main, instructions (vmrun's init included)",
              {f"boot_to_main_{size}": row.result()["boot_to_main"] for size, row in boots.items()}, figures)
        operations = rows.result()
        operations.pop("boot_to_main", None)
        table("Operations, instructions", operations, figures)
        kernel_table(costs.result())
        table("Free memory at the first program, KiB", {name: value.result() for name, value in free.items()}, figures)


if __name__ == "__main__":
    main()
