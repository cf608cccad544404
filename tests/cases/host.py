# SPDX-License-Identifier: MIT
"""Host tests: each build/host/NAME_test is a cmocka program; and the checks of the sources."""
import glob
import os
import re

from harness.jobs import Job
from harness.vm import BUILD, run


def run_cmocka(path):
    name = os.path.basename(path).removesuffix("_test")

    def job(report):
        done = run([path], timeout=1500, env={**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"})
        text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
        repro = f"make host-test-{name}"
        seen = 0
        for verdict, test in re.findall(r"^(ok|not ok) \d+ - (\S+)", text, re.M):
            seen += 1
            report.check(f"host/{name}/{test}", verdict == "ok", text, repro)
        if not seen or (done.returncode and "not ok" not in text):
            report.check(f"host/{name}", not done.returncode, f"exit status {done.returncode}\n{text}", repro)

    return Job(f"host/{name}", job, 12 if name in ("sparse", "vmalloc") else 5)


def check_script(name, argv):
    def job(report):
        done = run(argv, timeout=600)
        report.check(f"check/{name}", done.returncode == 0, (done.stdout + done.stderr).decode(), "make check")

    return Job(f"check/{name}", job, 10)


def jobs():
    tests = [run_cmocka(p) for p in sorted(glob.glob(os.path.join(BUILD, "host/*_test")))]
    return tests + [check_script("floors", ["tests/check/floors.py"]), check_script("style", ["tests/check/style.py"]),
                    check_script("docs", ["tests/check/docs.py"]),
                    check_script("headers", ["make", "-s", "check-headers"])]
