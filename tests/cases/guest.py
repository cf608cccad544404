# SPDX-License-Identifier: MIT
"""Programs that are run in the guest only: wild pointers to every system call, every allocation failing, the clock steered, the fuzzer, leaks, bombs."""
import os

from harness.jobs import Job
from harness.vm import BUILD, scratch, vmrun

FUZZ = ["fuzz 1 40000", "fuzz 2 40000", "fuzz 3 40000 3 3", "fuzz 4 40000 4 2"] # seed, calls, processes, threads more


def lives(name, lines, seconds, *options):
    """Each line is a program with arguments; all must exit 0 and say that the kernel lives."""
    def job(report):
        where = scratch(name.replace("/", "-"))
        script = os.path.join(where, "script")
        with open(script, "w", encoding="ascii") as f:
            f.write("".join(f"{os.path.join(BUILD, 'guest-tests', line)}\n" for line in lines))
        done, repro = vmrun(*options, "--log", os.path.join(where, "log"), "--script", script, timeout=seconds)
        text = done.stdout.decode(errors="replace")
        for line in lines:
            good = f"vmrun: exit 0: {os.path.join(BUILD, 'guest-tests', line)}\n" in text
            report.check(f"{name}/{line}", good, (text + done.stderr.decode(errors="replace"))[-3000:], repro)
        report.check(f"{name}/memory-kept", "was changed" not in text, text[-2000:], repro)

    return Job(name, job, seconds / 4)


def jobs():
    return [lives("guest/wild", ["clock_steer", "wild"], 200), lives("guest/failnth", ["failnth"], 200),
            lives("guest/autoreap", ["autoreap 3000"], 200, "--append", "slab_debug"),
            lives("guest/linux_config", ["ioport", "acct"], 60), lives("guest/exec_fuzz", ["exec_fuzz 1 1500"], 200),
            lives("guest/fuzz", FUZZ, 300), lives("guest/fuzz-slab_debug", ["fuzz 5 20000 3 2"], 300, "--append", "slab_debug"),
            lives("guest/limits", ["leak 1000 3000", "bombs"], 300, "--memory", "256M")]
