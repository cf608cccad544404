# SPDX-License-Identifier: MIT
"""Jobs and their results. A job is a function that takes a Report and says ok or fail for each thing it checked."""
import fnmatch
import queue
import sys
import threading
import time
import traceback


class Report:
    """Collects results of all jobs; safe for several threads."""

    def __init__(self, stream=sys.stdout):
        self.stream = stream
        self.lock = threading.Lock()
        self.passed = 0
        self.failures = []
        self.skipped = 0

    def ok(self, name, note=""):
        with self.lock:
            self.passed += 1
            print(f"ok    {name}" + (f"  ({note})" if note else ""), file=self.stream, flush=True)

    def fail(self, name, detail, repro=""):
        with self.lock:
            self.failures.append(name)
            print(f"FAIL  {name}", file=self.stream)
            for line in str(detail).rstrip().splitlines()[-60:]:
                print(f"      | {line}", file=self.stream)
            if repro:
                print(f"      reproduce: {repro}", file=self.stream)
            self.stream.flush()

    def skip(self, name, why):
        with self.lock:
            self.skipped += 1
            print(f"skip  {name}: {why}", file=self.stream, flush=True)

    def check(self, name, good, detail="", repro="", note=""):
        if good:
            self.ok(name, note)
        else:
            self.fail(name, detail, repro)
        return good

    def same(self, name, got, want, repro="", note=""):
        """Compares two texts line by line and shows where they part."""
        if got == want:
            return self.check(name, True, note=note)
        return self.check(name, False, difference(got, want), repro)


def difference(got, want):
    got_lines, want_lines = got.splitlines(), want.splitlines()
    for i in range(max(len(got_lines), len(want_lines))):
        g = got_lines[i] if i < len(got_lines) else "(nothing)"
        w = want_lines[i] if i < len(want_lines) else "(nothing)"
        if g != w:
            before = "".join(f"  both: {line}\n" for line in want_lines[max(0, i - 2):i])
            return f"line {i + 1} differs\n{before}  want: {w}\n  got:  {g}\n({len(got_lines)} lines, want {len(want_lines)})"
    return "the same lines, but the bytes differ at the end (newline?)"


class Job:
    def __init__(self, name, run, seconds=10):
        self.name, self.run, self.seconds = name, run, seconds # seconds: a guess; long jobs start first


def select(jobs, patterns):
    if not patterns:
        return jobs
    return [j for j in jobs if any(p in j.name or fnmatch.fnmatch(j.name, p) for p in patterns)]


def run_jobs(jobs, report, workers):
    todo = queue.Queue()
    for job in sorted(jobs, key=lambda j: -j.seconds):
        todo.put(job)

    def work():
        while True:
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            start = time.monotonic()
            try:
                job.run(report)
            except Exception: # a broken test is a failed test
                report.fail(job.name, traceback.format_exc(), f"tests/run '{job.name}'")
            with report.lock:
                print(f"      {job.name}: {time.monotonic() - start:.0f} s", file=report.stream, flush=True)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
