# SPDX-License-Identifier: MIT
"""Foreign test suites, built elsewhere: every folder that ATLAS_SUITES names (DIR[:DIR...]) is put into the guest.

A folder holds static programs, a file `list` (a program of the folder with its arguments on each line) and perhaps a file
`linux` (on the same line the exit status that Linux gives there). Judged is what ends with 0 on Linux; without that
file, everything. At least 95 of 100 must end with 0 on Atlas (ATLAS_SUITES_PERCENT: another share)."""
import os
import shlex

from harness.jobs import Job
from harness.vm import scratch, vmrun

LINE_SECONDS = 120
SHARE = float(os.environ.get("ATLAS_SUITES_PERCENT", "95"))


def lines_of(path):
    with open(path, encoding="utf-8") as f:
        return [line.strip() for line in f if line.strip() and not line.startswith("#")]


def run_lines(folder, name, lines, where):
    """{line number from 0: exit status or 'machine'}; a machine that stops is started again behind the line that did it."""
    status, repro, at = {}, "", 0
    while at < len(lines):
        out = os.path.join(where, f"from-{at}")
        os.makedirs(out)
        with open(f"{out}/script", "w", encoding="utf-8") as f:
            f.writelines(f"/{name}/{line}\n" for line in lines[at:])
        _, repro = vmrun("--memory", "2G", "--add", f"{folder}:/{name}", "--env", f"PATH=/{name}:/bin:/usr/bin", "--line-timeout", LINE_SECONDS,
                         "--log", f"{out}/log", "--split", out, "--script", f"{out}/script", timeout=60 + LINE_SECONDS * len(lines[at:]))
        start = at
        while at < len(lines) and os.path.exists(f"{out}/{at - start + 1}.status"):
            with open(f"{out}/{at - start + 1}.status", encoding="ascii") as f:
                status[at] = f.read().strip()
            at += 1
        if at < len(lines):
            status[at] = "the machine stopped"
            at += 1
    return status, repro


def suite(folder):
    name = os.path.basename(os.path.normpath(folder))

    def job(report):
        where = scratch(f"judges-{name}")
        lines = lines_of(os.path.join(folder, "list"))
        theirs = lines_of(os.path.join(folder, "linux")) if os.path.exists(os.path.join(folder, "linux")) else ["0"] * len(lines)
        if len(theirs) != len(lines):
            report.fail(f"judges/{name}", f"{len(lines)} lines in list, {len(theirs)} in linux")
            return
        status, repro = run_lines(folder, name, lines, where)
        judged = [n for n, want in enumerate(theirs) if want == "0"]
        failed = [n for n in judged if status[n] != "0"]
        passed = len(judged) - len(failed)
        detail = "\n".join(f"{status[n]}: {lines[n]}" for n in failed)
        report.check(f"judges/{name}", judged and passed >= len(judged) * SHARE / 100, detail, repro + " " + shlex.quote(folder),
                     f"{passed} of {len(judged)} that pass on Linux, {len(lines)} in all")
        for n in failed if judged else []:
            print(f"      {name}: {status[n]}: {lines[n]}", flush=True)

    return Job(f"judges/{name}", job, 100)


def none(report):
    report.skip("judges", "ATLAS_SUITES is not set")


def jobs():
    folders = [d for d in os.environ.get("ATLAS_SUITES", "").split(":") if d]
    return [suite(d) for d in folders] or [Job("judges", none, 1)]
