# SPDX-License-Identifier: MIT
"""tools/vmrun itself: what goes in and comes out, and each of its exit codes."""
import os
import subprocess

from harness.jobs import Job
from harness.vm import TOP, scratch, vmrun

BUSYBOX = "/bin/busybox"


def passes(report):
    where = scratch("vmrun")
    noise = os.urandom(100000)
    path = os.path.join(where, "noise")
    with open(path, "wb") as f:
        f.write(noise)
    done, repro = vmrun("--add", f"{path}:/noise", BUSYBOX, "cat", "/noise")
    report.check("vmrun/binary-output", done.stdout == noise, f"{len(done.stdout)} bytes of {len(noise)}", repro)
    report.check("vmrun/silent", done.stderr == b"", done.stderr.decode(errors="replace"), repro)
    with open(path, "rb") as f:
        done = subprocess.run([os.path.join(TOP, "tools/vmrun"), BUSYBOX, "cat"], stdin=f, capture_output=True, timeout=600,
                              env={**os.environ, "ATLAS_BUILT": "1"}, check=False)
    report.check("vmrun/binary-input", done.stdout == noise, f"{len(done.stdout)} bytes of {len(noise)}", repro)
    done, repro = vmrun(BUSYBOX, "sh", "-c", "echo out; echo err >&2; exit 42")
    report.check("vmrun/streams", (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 42), str(done), repro)
    done, repro = vmrun("--env", "WORD=two words", BUSYBOX, "sh", "-c", 'echo "$WORD|$1|$2"; kill -9 $$', "x", "a b", "")
    report.check("vmrun/arguments-and-signal", (done.stdout, done.returncode) == (b"two words|a b|\n", 137), str(done), repro)


def ends(report):
    for seconds in (12, 60, 240): # on a busy host the machine needs longer to get to the program
        done, repro = vmrun(BUSYBOX, "sleep", "1000", timeout=seconds, exact=True)
        if b"did not get to the program" not in done.stderr:
            break
    report.check("vmrun/timeout", done.returncode == 124, str(done), repro)
    done, repro = vmrun("--append", "init=/nothing", BUSYBOX, "true")
    report.check("vmrun/panic", done.returncode == 125 and b"panic" in done.stderr, str(done), repro)
    done, repro = vmrun("/no/such/program")
    report.check("vmrun/no-program", done.returncode == 125, str(done), repro)
    done, repro = vmrun("--qemu", "-nonsense", BUSYBOX, "true")
    report.check("vmrun/no-machine", done.returncode == 125, str(done), repro)
    script = os.path.join(scratch("vmrun-script"), "script")
    with open(script, "w", encoding="ascii") as f:
        f.write("# comment\n\nsh -c 'echo one; exit 3'\nsh -c 'kill -SEGV $$'\nsleep 60\nnothing\necho \"a  b\" 'c'\n")
    done, repro = vmrun("--line-timeout", "2", "--script", script)
    want = ("one\nvmrun: exit 3: sh -c 'echo one; exit 3'\nvmrun: signal 11: sh -c 'kill -SEGV $$'\nvmrun: exit 124: sleep 60\n"
            "vmrun: exit 127: nothing\na  b c\nvmrun: exit 0: echo \"a  b\" 'c'\n")
    report.same("vmrun/script", done.stdout.decode(), want, repro)
    report.check("vmrun/script-status", done.returncode == 1, str(done.returncode), repro)


def jobs():
    return [Job("vmrun/passes", passes, 30), Job("vmrun/ends", ends, 40)]
