# SPDX-License-Identifier: MIT
"""tests/ring3: every program runs on this host's Linux and on Atlas and must print and return the same."""
import glob
import os
import subprocess

from harness.jobs import Job
from harness.vm import BUILD, PATIENCE, run, scratch, vmrun

SECONDS = 60    # for one program in the guest
NOT_HERE = 77   # a program's exit status: this host's Linux lacks what it is about, so nothing can be compared


def programs():
    return sorted(glob.glob(os.path.join(BUILD, "ring3/*")))


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def on_linux(path):
    done = run([path], timeout=SECONDS * PATIENCE, env={"PATH": "/bin:/usr/bin", "HOME": "/root", "TERM": "linux"})
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return done.stdout.decode(errors="replace"), code


def compare(report, label, paths, options):
    """Runs all `paths` in one boot and compares each with Linux."""
    where = scratch(label.replace("/", "-"))
    script = os.path.join(where, "script")
    with open(script, "w", encoding="ascii") as f:
        f.write("".join(p + "\n" for p in paths))
    done, command = vmrun(*options, "--log", os.path.join(where, "log"), "--line-timeout", int(SECONDS * PATIENCE), "--split", where,
                          "--script", script, timeout=60 + 20 * len(paths))
    stopped = b""
    for number, path in enumerate(paths, 1):
        name = f"{label}/{os.path.basename(path)}"
        repro = f"tools/vmrun {' '.join(map(str, options))} {os.path.relpath(path)}   # and {os.path.relpath(path)} here"
        status = read(f"{where}/{number}.status")
        if status is None: # the machine did not get here
            report.fail(name, (stopped or done.stderr[-2000:]).decode(errors="replace"), repro)
            stopped = b"not reached"
            continue
        want, want_code = on_linux(path)
        if want_code == NOT_HERE:
            report.skip(name, want.strip())
            continue
        got = read(f"{where}/{number}.out").decode(errors="replace")
        report.same(name, got + f"exit status {int(status)}\n", want + f"exit status {want_code}\n", repro)


def jobs():
    def plain(report):
        compare(report, "ring3", programs(), [])

    def small(report):
        compare(report, "ring3-small", programs(), ["--memory", "128M", "--cpu", "qemu64"])

    def highmem(report): # user pages have no permanent kernel address
        compare(report, "ring3-highmem", programs(), ["--memory", "2G", "--append", "highmem=896M"])

    return [Job("ring3", plain, 15), Job("ring3-small", small, 15), Job("ring3-highmem", highmem, 15)]


if __name__ == "__main__": # as a quick look: what Linux says
    for each in programs():
        subprocess.run([each], check=False)
