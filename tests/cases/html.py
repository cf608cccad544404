# SPDX-License-Identifier: MIT
"""tools/atlas-html: records and reports as one page, drawn by a real browser; what is no record or report is refused with a sentence."""
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import zlib

from harness.jobs import Job
from harness.vm import BUILD, TOP, run, scratch

TOOL = os.path.join(TOP, "tools/atlas-html")
MACHINES = os.path.join(TOP, "tests/machines")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]


def browser():
    return next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)


def atlas_html(*args, text=None):
    done = subprocess.run([TOOL, *args], input=text, capture_output=True, timeout=120, check=False, env={**os.environ, "ATLAS_BUILT": "1"})
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def chromium(path, *what):
    """The browser's standard output for a page; a user folder of its own each time."""
    home = tempfile.mkdtemp(prefix="atlas-browser-")
    try:
        return run([browser(), *FLAGS, f"--user-data-dir={home}", *what, f"file://{path}"], timeout=120).stdout.decode(errors="replace")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def drawn(report, name, page, folder):
    """The page as the browser built it, or None: nothing in it failed, nothing asked for the network."""
    path = os.path.join(folder, name.replace("/", "-") + ".html")
    with open(path, "w", encoding="utf-8") as f:
        f.write(page)
    dom = re.sub("(?s)<noscript.*?</noscript>", "", chromium(path, "--dump-dom"))
    good = report.check(f"html/{name}/drawn", 'data-drawn="yes"' in dom and 'class="trouble"' not in dom,
                        re.sub(r'(?s)<script.*?</script>|<style.*?</style>', "", dom)[-3000:], f"tools/atlas-html ... > {path}; look at it")
    report.check(f"html/{name}/stands_alone", not re.search(r'(?:src|href)="(?!#|data:)', dom) and "http" not in dom.split("</style>")[-1].split("<script")[0],
                 dom[-2000:])
    return dom if good else None


def pixels(path):
    """{colour: how often} of a PNG of 8-bit RGB or RGBA."""
    with open(path, "rb") as f:
        data = f.read()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    size, at, packed = {2: 3, 6: 4}[kind], 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, seen, last = zlib.decompress(packed), {}, bytes(width * size)
    for y in range(height):
        line = bytearray(raw[y * (width * size + 1) + 1:(y + 1) * (width * size + 1)])
        how = raw[y * (width * size + 1)]
        for i in range(len(line)) if how else ():
            left, up, corner = (line[i - size] if i >= size else 0), last[i], (last[i - size] if i >= size else 0)
            near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            line[i] = line[i] + (0, left, up, (left + up) // 2, near)[how] & 255
        last = bytes(line)
        for x in range(0, width * size, size):
            seen[last[x:x + 3]] = seen.get(last[x:x + 3], 0) + 1
    return seen


def records(report):
    folder = scratch("html")
    _, page, problem = atlas_html(os.path.join(MACHINES, "dell-poweredge-r7425"))
    report.check("html/record/made", page.startswith("<!DOCTYPE html>"), problem)
    dom = drawn(report, "record", page, folder) or ""
    tree = run([os.path.join(BUILD, "host/replay"), os.path.join(MACHINES, "dell-poweredge-r7425")]).stdout.decode()
    lines = re.findall(r"^ *([0-9a-f]+-[0-9a-f]+) : (.*)$", tree, re.M)
    shown = re.findall(r'class="mono">([0-9a-f]+-[0-9a-f]+)</span> <span>([^<]*)</span>', dom)
    report.same("html/record/iomem", str(shown), str(lines))
    report.check("html/record/adds_up", "The parts add up to the byte" in dom, dom[:3000])
    picture = os.path.join(folder, "record.png")
    chromium(os.path.join(folder, "record.html"), "--window-size=500,900", f"--screenshot={picture}")
    seen = pixels(picture)
    wanted = {"page": "ffffff", "untouched": "a9d8b1", "ram": "3f9a55", "firmware": "a34fb5", "kernel": "1696b5"}
    few = {name: seen.get(bytes.fromhex(c), 0) for name, c in wanted.items() if seen.get(bytes.fromhex(c), 0) < 100}
    report.check("html/record/screenshot", not few, f"pixels of these colours: {few}", picture)


HOSTILE = "</script><img src=x onerror=\"document.title='caught'\"><!--<script>"


def hostile(report):
    """Strings of firmware and files that would be HTML."""
    folder = scratch("html-hostile")
    shutil.copy(os.path.join(MACHINES, "lenovo-thinkpad-x240/efi-memmap.txt"), folder)
    for name, text in (("SOURCE", HOSTILE * 3 + "\n\x01\xff\n"), ("smbios.txt", f"manufacturer: {HOSTILE}\nproduct: &lt;b&gt; \\u003c \"'`\n"
                                                                 f"module: 8192 MiB, DDR4 DIMM, 2400 MT/s, slot {HOSTILE}, bank x, {HOSTILE} y\n")):
        with open(os.path.join(folder, name), "w", encoding="latin-1") as f:
            f.write(text)
    _, page, problem = atlas_html(folder)
    dom = drawn(report, "hostile", page, folder) or problem
    report.check("html/hostile/is_text", "<img" not in dom and "caught'" in dom and "<title>Memory map of &lt;/script&gt;" in dom and
                 "&amp;lt;b&amp;gt; \\u003c \"'`" in dom, dom[:2000])


def refused(report):
    """Each broken input: status 1 and a sentence that says what and where."""
    folder = scratch("html-broken")
    status, good, _ = atlas_html("--json", os.path.join(MACHINES, "lenovo-thinkpad-x240"))
    head, body = good.split("\n", 1)
    report.check("html/record_as_json", status == 0 and json.loads(good)["body"]["name"] == "lenovo-thinkpad-x240", good[:500])
    with open(os.path.join(folder, "efi-memmap.txt"), "w", encoding="ascii") as f:
        f.write("# c\n7 0000000000000000 000000000009ffff f\nseven eight\n")
    empty = scratch("html-broken-empty")
    inputs = {
        "broken_line": ([folder], None, "line 3 of efi-memmap.txt"), "empty_folder": ([empty], None, "no efi-memmap.txt and no e820.txt"),
        "no_file": ([os.path.join(empty, "x")], None, "can't be opened"), "nothing": (["-"], "", "neither JSON, nor a log"),
        "text": (["-"], "hello\n", "neither JSON, nor a log"), "cut": (["-"], good[:len(good) // 2], "it is no JSON: line "),
        "changed": (["-"], head + "\n" + body.replace('"usable":', '"unusable":', 1), "checksum does not hold"),
        "other_json": (["-"], '{"a":1}\n', "but no report"), "version": (["-"], good.replace('"version":1', '"version":7', 1), "its version is 7"),
        "half_log": (["-"], "log\n-----BEGIN ATLAS REPORT-----\n" + good, "does not end"), "deep": (["-"], "{\"a\":" + "[" * 100000, "nests too deep"),
        "codes_missing": (["-"], "QR-Code:ATLAS/1 2/3 12345678 ABCDEFGH\n", "2 of the report's 3 codes are missing, the first is 1/3"),
        "codes_mixed": (["-"], "ATLAS/1 1/2 12345678 AAAA\nATLAS/1 1/3 12345679 AAAA\n", "codes of two reports"),
        "codes_wrong": (["-"], "ATLAS/1 1/1 12345678 ABCDEFGH\n", "read wrong"), "usage": ([], None, "usage: "),
    }
    for name, (args, text, sentence) in inputs.items():
        status, out, problem = atlas_html(*args, text=text.encode() if text is not None else None)
        report.check(f"html/refuses/{name}", status in (1, 2) and sentence in problem and problem.count("\n") < 9 and not out, f"{status} {problem} {out[:300]}")
    for name, text in (("log", "x\r\n-----BEGIN ATLAS REPORT-----\n" + good + "-----END ATLAS REPORT-----\ny\n"), ("document", good)):
        status, out, problem = atlas_html("--json", "-", text=text.replace("\n", "\r\n").encode())
        report.check(f"html/takes/{name}", status == 0 and out == good, problem)


def jobs():
    if not browser():
        return [Job("html/refused", refused, 8), Job("html/record", lambda report: report.skip("html/record", "no Chromium on this machine"), 1)]
    return [Job("html/refused", refused, 8), Job("html/record", records, 12), Job("html/hostile", hostile, 6)]
