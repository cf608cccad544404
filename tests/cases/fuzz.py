# SPDX-License-Identifier: MIT
"""Each fuzzer of tests/fuzz for 10 seconds (FUZZ_SECONDS: another time), from the seeds and what once failed."""
import glob
import os

from harness.jobs import Job
from harness.vm import BUILD, run

SECONDS = int(os.environ.get("FUZZ_SECONDS", "10"))
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz")


def fuzzer(path):
    name = os.path.basename(path).removesuffix("_fuzz")

    def job(report):
        found = os.path.join(BUILD, "fuzz", name)
        corpus = [c for c in (os.path.join(BUILD, "fuzz", "seeds", name), os.path.join(HERE, "corpus", name)) if os.path.isdir(c)]
        os.makedirs(found, exist_ok=True)
        done = run([path, f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=1024", f"-artifact_prefix={found}-", found, *corpus],
                   timeout=SECONDS + 600)
        report.check(f"fuzz/{name}", done.returncode == 0, done.stderr.decode(errors="replace")[-4000:], f"make fuzz F={name}")

    return Job(f"fuzz/{name}", job, SECONDS)


def jobs():
    return [fuzzer(p) for p in sorted(glob.glob(os.path.join(BUILD, "fuzz/*_fuzz")))]
