# SPDX-License-Identifier: MIT
"""The screen, read back by the font's own bitmaps and compared with the serial port's text."""
import os
import re
import time

from harness.jobs import Job
from harness.screen import recognise
from harness.vm import PATIENCE, Machine, make_stick, scratch

SIZES = {
    "1024x768": (["-device", "VGA,edid=on,xres=1024,yres=768"], ""),
    "1280x800": (["-vga", "std"], ""),
    "3840x2160": (["-device", "VGA,xres=3840,yres=2160,vgamem_mb=64"], "video=3840x2160"),
}
PROMPT = "Press Enter for a shell"
ESCAPES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\r")


def plain_lines(text):
    return [ESCAPES.sub("", line).strip() for line in text.split("\n")]


def looks(dump):
    """(lines, font, scale) of the screen once it has stopped to change."""
    return recognise(dump)


def steady(machine, seconds=20):
    """A screendump that is the same twice, a moment apart (but for a blinking cursor there is none)."""
    last, end = None, time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        now = machine.screendump()
        if now == last:
            return now
        last = now
        time.sleep(0.7)
    return last


def compare(report, name, machine, only=None):
    """Each line of the screen must be a line that the serial port said."""
    dump = steady(machine)
    lines, font, scale, bad = looks(dump)
    said = {font.canonical(line) for line in plain_lines(machine.text())}
    lines = [line.strip() for line in lines]
    if only:
        lines = [line for line in lines if only.search(line)]
    missing = [line for line in lines if line and line not in said]
    report.check(f"{name}/glyphs", bad == 0, f"{bad} cells are no glyph of {font.name} x{scale}", machine.repro(),
                 f"{dump[0]}x{dump[1]}, {font.name} x{scale}")
    report.check(f"{name}/text", not missing and len(lines) > 4, "on the screen, not on serial:\n" + "\n".join(missing),
                 machine.repro(), f"{len([x for x in lines if x])} lines")
    return lines


def report_pages(size):
    display, loader_options = SIZES[size]

    def job(report):
        where = scratch(f"screen-{size}")
        stick = make_stick(os.path.join(where, "esp.img"), "report=page,0 start=shell", loader_options=loader_options)
        with Machine(stick, display=display) as m:
            shown = m.wait_text(PROMPT, 90)
            report.check(f"screen/{size}/report", shown, m.text()[-3000:], m.repro())
            width, height, _ = m.screendump()
            report.check(f"screen/{size}/mode", f"{width}x{height}" == size, f"the mode is {width}x{height}", m.repro())
            # The page's frame (head and foot) is drawn for the screen only; the table rows are the report's text.
            compare(report, f"screen/{size}/report", m, re.compile(r"\d (KiB|MiB|GiB) .*(%|bytes)"))
            m.send(b"\n")
            m.wait_text("atlas:", 20)
            m.send(b"clear; cat /proc/iomem; echo end of $((40 + 2))\n")
            report.check(f"screen/{size}/shell", m.wait_text("end of 42", 30), m.text()[-1500:], m.repro())
            compare(report, f"screen/{size}/shell", m)

    return Job(f"screen/{size}", job, 25)


def title_says(machine, words, seconds=20):
    """Waits for the screen's first line to hold the words."""
    end, title = time.monotonic() + seconds * PATIENCE, ""
    while words not in title and time.monotonic() < end:
        time.sleep(0.5)
        try:
            title = recognise(machine.screendump())[0][0]
        except ValueError:
            continue # the firmware's logo
    return words in title, title


def paged_by_keys(report):
    """Keys turn the pages of the report, forward and back; q goes to the last one."""
    stick = make_stick(os.path.join(scratch("screen-pages"), "esp.img"), "report=page,3600 start=shell")
    with Machine(stick, display=["-vga", "std"]) as m:
        for key, words in (("", "page 1 of"), ("spc", "page 2 of"), ("right", "page 3 of"), ("b", "page 2 of"), ("left", "page 1 of")):
            if key:
                m.monitor(f"sendkey {key}")
            good, title = title_says(m, words)
            report.check(f"screen/pages/{key or 'first'}", good, f"the title is {title!r}, wanted {words!r}", m.repro())
        m.send(b"q") # on the serial line, for once
        report.check("screen/pages/last", m.wait_text(PROMPT, 30), m.text()[-1500:], m.repro())


def without_serial(report):
    """No serial port at all: the report is on the screen."""
    stick = make_stick(os.path.join(scratch("screen-no-serial"), "esp.img"), "report=page,0 start=shell")
    with Machine(stick, display=["-vga", "std"], serial=False) as m:
        end = time.monotonic() + 90 * PATIENCE
        text = ""
        while PROMPT not in text and time.monotonic() < end:
            time.sleep(2)
            try:
                text = "\n".join(recognise(m.screendump())[0])
            except ValueError:
                continue # the firmware's logo
        report.check("screen/no-serial", PROMPT in text and "installed" in text, text, m.repro())


def without_screen(report):
    """Neither screen nor keyboard: all is on serial."""
    stick = make_stick(os.path.join(scratch("screen-none"), "esp.img"), "report=page,0 start=shell")
    with Machine(stick) as m:
        report.check("screen/none", m.wait_text(PROMPT, 90) and "Adds up" in m.text(), m.text()[-3000:], m.repro())


def jobs():
    return [report_pages(size) for size in SIZES] + [Job("screen/pages", paged_by_keys, 20),
                                                     Job("screen/no-serial", without_serial, 20),
                                                     Job("screen/none", without_screen, 10)]
