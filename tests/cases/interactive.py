# SPDX-License-Identifier: MIT
"""The stick's shell as a person uses it, over the serial console: job control, ^C, ^Z, vi, top, less, ps, free."""
import os
import re

from harness.jobs import Job
from harness.vm import Machine, make_stick, scratch

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()78=>][0B]?|\r")

# name: (what is typed, what must be on the terminal after that); a tuple of texts: all of them, in this order
STEPS = [
    ("ps", b"ps\n", ("PID", "/bin/init", "ps")),
    ("free", b"free\n", ("total", "Mem:", "Swap:")),
    ("hexdump", b"echo hexdump me | hexdump -C\n", ("68 65 78 64 75 6d 70", "|hexdump me.|")),
    ("ctrl-c", (b"sleep 1000\n", b"\x03", b"echo status $?\n"), "status 130"),
    ("ctrl-z", (b"sleep 1001\n", b"\x1a"), ("Stopped", "sleep 1001")),
    ("jobs", b"jobs; echo listed\n", ("Stopped", "sleep 1001", "listed")),
    ("bg", b"bg; jobs; echo again\n", ("Running", "sleep 1001", "again")),
    ("fg", (b"fg\n", b"\x03", b"echo fg $?; jobs; echo none left\n"), ("fg 130", "none left")),
    ("background", b"(sleep 0.3; echo from behind) & wait; echo waited\n", ("from behind", "waited")),
    ("kill", b"sleep 1002 &\nkill %1; wait; echo killed\n", "killed"),
    ("pipes", b"yes | head -n 2000 | sort | uniq -c; ls / | sort -r | tr '\\n' ' '\n", ("2000 y", "tmp sys", "bin")),
    ("end-of-file", (b"cat > /tmp/typed\n", b"first\nsecond\n", b"\x04", b"wc -l /tmp/typed\n"), "2 /tmp/typed"),
    ("erase", b"echo abx\x7fc done\n", "abc done\n"),
    ("vi", (b"vi /tmp/v\n", b"ione\ntwo\nthree\x1b", b":2d\n", b"Gofour\x1b", b":%s/o/0/g\n", b":wq\n", b"cat /tmp/v; echo vi $?\n"),
     ("0ne\nthree\nf0ur\nvi 0",)),
    ("less", (b"seq 500 | less\n", b"G", b"/77\n", b"q", b"echo less $?\n"), ("500", "less 0")),
    ("top", (b"top -d 1\n", b"q", b"echo top $?\n"), ("Mem:", "CPU:", "PID", "/bin/init", "top 0")),
    ("history", (b"echo once\n", b"\x1b[A\n", b"echo end\n"), ("once\n", "once\n", "end")),
    ("completion", b"ls /proc/upt\t\n", "/proc/uptime\n"),
]


def plain(text):
    return ESCAPES.sub("", text)


def appear(machine, mark, words):
    """Waits until the words have come, in order, after position @mark of the terminal's text."""
    def there():
        at, text = 0, plain(machine.text()[mark:])
        for word in words:
            at = text.find(word, at)
            if at < 0:
                return False
            at += len(word)
        return True

    return machine.wait_for(there, 20)


def type_all(machine, typed):
    """What is typed step by step: each waits for the program to have answered the one before."""
    for part in typed if isinstance(typed, tuple) else (typed,):
        before = len(machine.said)
        machine.send(part.replace(b"\n", b"\r")) # the Enter key
        machine.wait_for(lambda: len(machine.said) > before and machine.quiet(0.4), 5)


def job(report):
    stick = make_stick(os.path.join(scratch("interactive"), "esp.img"), "report=page,0 start=shell")
    with Machine(stick) as m:
        m.wait_text("for a shell", 90)
        m.send(b"\n")
        if not report.check("interactive/prompt", m.wait_text("# ", 30), m.text()[-2000:], m.repro()):
            return
        m.wait_for(lambda: m.quiet(1), 10)
        for name, typed, words in STEPS:
            mark = len(m.text())
            type_all(m, typed)
            good = appear(m, mark, words if isinstance(words, tuple) else (words,))
            report.check(f"interactive/{name}", good, plain(m.text()[mark:])[-1500:], m.repro())
        report.check("interactive/log", "panic" not in m.text() and "BUG" not in m.text(), m.text()[-2000:], m.repro())


def jobs():
    return [Job("interactive", job, 40)]
