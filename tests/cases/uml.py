# SPDX-License-Identifier: MIT
"""A whole Linux kernel as a program: User Mode Linux (Debian's package), with processes of its own, on Atlas.

It keeps its memory in a file that it maps everywhere, runs its processes under PTRACE_SYSEMU in address spaces that it
fills page by page from SIGSEGV, and takes its interrupts as signals."""
import os
import shutil

from harness.dynamic import Root
from harness.jobs import Job
from harness.vm import scratch, vmrun

INIT = """#!/bin/sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc p /proc
mount -t tmpfs t /tmp
echo "in: pid $$"
i=0; while [ $i -lt 40 ]; do i=$((i + 1)); /bin/busybox true || break; done; echo "in: $i programs"
echo "in: $(seq 1 2000 | sort -rn | awk '{s += $1} END {print s, NR}')"
dd if=/dev/zero of=/tmp/z bs=64k count=200 2>/dev/null; echo "in: $(md5sum < /tmp/z)"
trap 'echo "in: caught"' USR1; kill -USR1 $$
(exit 3); echo "in: $?"; sh -c 'kill -SEGV $$' 2>/dev/null; echo "in: $?"
sleep 0.2 & wait $!; echo "in: slept"
grep -q 'User Mode Linux' /proc/cpuinfo && echo "in: its own processor"
poweroff -f
"""
WANT = """in: pid 1
in: 40 programs
in: 2001000 2000
in: 2cf89b9489b2985f59087db9a9817bd9  -
in: caught
in: 3
in: 139
in: slept
in: its own processor
"""


def job(report):
    linux = shutil.which("linux.uml")
    if not linux:
        report.skip("uml", "not installed: user-mode-linux (tools/setup test)")
        return
    where = scratch("uml")
    root = Root(f"{where}/guest")
    root.program(linux)
    root.program(shutil.which("busybox"), "/inner/bin/busybox")
    os.symlink("busybox", f"{where}/guest/inner/bin/sh")
    for folder in ("proc", "tmp", "dev"):
        os.mkdir(f"{where}/guest/inner/{folder}")
    with open(f"{where}/guest/inner/init", "w", encoding="ascii") as f:
        f.write(INIT)
    os.chmod(f"{where}/guest/inner/init", 0o755)
    done, repro = vmrun("--add", f"{where}/guest:/", "--memory", "512M", "--no-stdin", "--env", "TMPDIR=/dev/shm", "--env", "PATH=/bin", linux, "rootfstype=hostfs",
                        "rootflags=/inner", "rw", "init=/init", "mem=64M", "con=null", "con0=null,fd:1", timeout=120)
    text = done.stdout.decode(errors="replace").replace("\r", "")
    got = "".join(line + "\n" for line in text.split("\n") if line.startswith("in: "))
    report.check("uml", got == WANT and done.returncode == 0, f"exit {done.returncode}\n{text[-3000:]}{done.stderr.decode(errors='replace')[-2000:]}", repro)
    shutil.rmtree(f"{where}/guest")


def jobs():
    return [Job("uml", job, 30)]
