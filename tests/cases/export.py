# SPDX-License-Identifier: MIT
"""Taking the report home: the JSON document on serial and in /proc, against its schema and the other files of /proc; the QR codes
on the screen, read by zbarimg."""
import base64
import gzip
import json
import os
import re
import subprocess
import time

from harness.jobs import Job
from harness.vm import TOP, Machine, make_stick, scratch

BEGIN, END = "-----BEGIN ATLAS REPORT-----\n", "-----END ATLAS REPORT-----\n"
SCHEMA = os.path.join(TOP, "include/report/report.schema.json")
MARK = "@@file "
FILES = ["/tmp/r/proc/atlas/report.json", "/proc/iomem", "/proc/zoneinfo", "/proc/buddyinfo", "/proc/atlas/accounting", "/proc/atlas/sections",
         "/proc/atlas/verdict", "/proc/1/maps"]


def crc_by_gzip(document):
    """The checksum as README tells a user to compute it."""
    return subprocess.run("sed '1d;$d' | gzip | tail -c 8 | od -An -N4 -tx4", shell=True, input=document.encode(), capture_output=True,
                          check=True).stdout.decode().strip()


def validate(document):
    """What is wrong with it, or None."""
    import jsonschema # only this test needs the package
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    try:
        parsed = json.loads(document)
    except ValueError as e:
        return str(e)
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in jsonschema.Draft202012Validator(schema).iter_errors(parsed)]
    if parsed.get("crc32") != crc_by_gzip(document):
        errors.append(f"crc32 {parsed.get('crc32')}, gzip says {crc_by_gzip(document)}")
    return "\n".join(errors) or None


def iomem_lines(nodes, depth=0):
    for n in nodes:
        yield f"{'  ' * depth}{int(n['start'], 16):08x}-{int(n['end'], 16):08x} : {n['name']}"
        yield from iomem_lines(n["children"], depth + 1)


def zone_lines(zones):
    """As /proc/zoneinfo and /proc/buddyinfo say it, but for what moves from one read to the next."""
    return {z["name"]: (z["present"], z["managed"], z["min"], z["low"], z["high"], int(z["start"], 16) >> 12) for z in zones}


def zones_of(text):
    found = {}
    for part in text.split("Node 0, zone ")[1:]:
        value = {k: int(v) for k, v in re.findall(r"(\w+):? +(\d+)\n", part)}
        if value["present"]:
            found[part.split()[0]] = tuple(value[k] for k in ("present", "managed", "min", "low", "high", "start_pfn"))
    return found


def slices_of(text):
    return {name.strip(): int(number) for name, number in re.findall(r"^(.{22}) +(\d+)$", text, re.M)}


STEADY = ("kernel image", "struct pages", "loader's data", "first 64 KiB", "bad pages", "parts of pages", "out of reach", "firmware: reserved",
          "firmware: ACPI data", "firmware: ACPI NVS", "firmware: unusable", "persistent memory", "special purpose")


def equal_to_proc(report, body, files, repro):
    report.same("export/iomem", "\n".join(iomem_lines(body["iomem"])), files["/proc/iomem"].rstrip(), repro)
    report.same("export/zones", str(zone_lines(body["zones"])), str(zones_of(files["/proc/zoneinfo"])), repro)
    slices = slices_of(files["/proc/atlas/accounting"])
    memory = body["memory"]
    said = {s["name"]: s["bytes"] for s in memory["slices"]}
    report.same("export/slices", str({n: said[n] for n in STEADY}), str({n: slices[n] for n in STEADY}), repro)
    sums = (sum(said.values()), sum(s["bytes"] for s in memory["slices"] if s["usable"]), memory["listed"])
    want = (memory["sum"], memory["usable"], memory["usable"] + sum(f["bytes"] for f in memory["firmware"]))
    report.check("export/adds_up", sums == want and memory["sum"] == memory["total"] == slices["total"] and memory["usable"] == slices["usable"]
                 and memory["law"] == 0 and memory["installed"] == 1 << 30 == memory["listed"] + memory["unlisted"] - memory["over"],
                 f"{sums} {want}\n{memory}\n{slices}", repro)
    laws = [law for law in body["layout"]["laws"] if not law["broken"]]
    verdict = files["/proc/atlas/verdict"]
    report.check("export/laws", len(laws) == 11 and all(f"ok    {law['law']}\n" in verdict for law in laws), verdict, repro)
    maps = [f"{int(s['start'], 16):x}-{int(s['end'], 16) + 1:x} {s['perms']} {s.get('name', '')}".rstrip()
            for s in body["processes"][0]["segments"]]
    want = [re.sub(r"^(\S+) (\S+) \S+ \S+ \S+ *", r"\1 \2 ", line).rstrip() for line in files["/proc/1/maps"].splitlines()]
    want = [re.sub(r"\b0+(?=[0-9a-f])", "", line) for line in want]
    report.same("export/maps_of_init", "\n".join(maps), "\n".join(want), repro)


def shell_files(m):
    """The guest's files, by a shell on serial. report.json is copied first: it is another one at each read."""
    m.send(b"stty -echo; mkdir -p /tmp/r/proc/atlas; cp /proc/atlas/report.json /tmp/r/proc/atlas/\n")
    m.send(f"for f in {' '.join(FILES)}; do echo; echo '{MARK}'$f; cat $f; done; echo; echo '{MARK}'end\n".encode())
    if not m.wait_text(MARK + "end", 40):
        return {}
    parts = m.text().replace("\r", "").split("\n" + MARK)
    return {name: body[:-1] + "\n" if not body.endswith("\n\n") else body[:-1] for name, _, body in (p.partition("\n") for p in parts[1:])}


def read_code(m, folder):
    """What a phone would read on the screen: the text of the code, or ""."""
    path = os.path.join(folder, "screen.ppm")
    m.command("screendump", filename=path)
    return subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", path], capture_output=True, check=False).stdout.decode().strip()


def photograph(m, folder, most=99):
    """The texts of the viewer's codes, key by key, until all (or @most) were seen."""
    texts, last = [], time.monotonic() + 60
    while time.monotonic() < last:
        text = read_code(m, folder)
        number = re.match(r"ATLAS/1 (\d+)/(\d+) [0-9A-F]{8} [A-Z2-7]+$", text)
        if not number or int(number[1]) != len(texts) + 1:
            time.sleep(0.3)
            continue
        texts.append(text)
        if len(texts) == min(int(number[2]), most):
            return texts, int(number[2])
        m.send(b" ")
        last = time.monotonic() + 60
    return texts, 0


def codes(report, m, folder, document, repro):
    """The screen's codes, photographed in any order, are the document again: by tools/atlas-html and by hand."""
    m.send(b"atlas --root /tmp/r\n")
    time.sleep(2)
    m.send(b"x")
    texts, n = photograph(m, folder)
    report.check("export/codes_seen", n and len(texts) == n, f"{len(texts)} of {n}\n{m.text()[-1500:]}", repro, f"{n} codes")
    lines = "holiday pictures\n" + "".join(f"QR-Code:{t}\n" for t in reversed(texts))
    joined = subprocess.run([os.path.join(TOP, "tools/atlas-html"), "--json", "-"], input=lines.encode(), capture_output=True, check=False,
                            env={**os.environ, "ATLAS_BUILT": "1"})
    report.check("export/codes_are_the_report", joined.stdout.decode() == document, joined.stderr.decode(), repro)
    data = "".join(t.split(" ")[3] for t in texts)
    by_hand = gzip.decompress(base64.b32decode(data + "=" * (-len(data) % 8))) if n else b""
    report.check("export/codes_by_hand", by_hand.decode() == document, lines[:600], repro)


def small_screen(report):
    """80 columns, 30 rows: codes are small and many, and can be read all the same."""
    folder = scratch("export-small")
    stick = make_stick(os.path.join(folder, "esp.img"), "report=page,0 start=shell", loader_options="video=640x480")
    with Machine(stick, display=["-device", "VGA,edid=on,xres=640,yres=480"]) as m:
        m.wait_text("Press Enter for a shell", 120)
        m.send(b"\n")
        m.wait_text("atlas:", 30)
        m.send(b"atlas\n")
        time.sleep(2)
        m.send(b"x")
        texts, n = photograph(m, folder, 3)
        report.check("export/codes_640x480", n > 10 and len(texts) == 3, f"{texts} of {n}\n{m.text()[-1000:]}", m.repro(), f"{n} codes")


def json_and_codes(report):
    folder = scratch("export")
    stick = make_stick(os.path.join(folder, "esp.img"), "report=json,0 start=shell")
    with Machine(stick, display=["-device", "VGA,edid=on,xres=1024,yres=768"]) as m:
        repro = m.repro()
        if not report.check("export/on_serial", m.wait_text(END.strip(), 90), m.text()[-3000:], repro):
            return
        text = m.text().replace("\r", "")
        document = text.split(BEGIN, 1)[-1].split(END, 1)[0]
        report.check("export/no_text_report", "\n== " not in text, text[-3000:], repro)
        report.check("export/valid", validate(document) is None, f"{validate(document)}\n{document[:2000]}", repro)
        m.wait_text("Press Enter for a shell", 30)
        m.send(b"\n")
        m.wait_text("atlas:", 20)
        files = shell_files(m)
        copy = files.get(FILES[0], "")
        if report.check("export/proc_valid", copy and validate(copy) is None, f"{validate(copy)}\n{m.text()[-2000:]}", repro):
            equal_to_proc(report, json.loads(copy)["body"], files, repro)
            codes(report, m, folder, copy, repro)


def jobs():
    return [Job("export/qemu", json_and_codes, 25), Job("export/small", small_screen, 12)]
