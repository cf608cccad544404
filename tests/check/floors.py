#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Folders are floors: arrows point down. Checks every #include and every symbol of every object file.

usage: floors.py [BUILD_DIR]    exit status 1 when an arrow points up; each is printed with its two ends.
"""
import os
import re
import subprocess
import sys

# What each folder may use besides itself. include/NAME belongs to NAME.
PURE = {"uapi", "boot"}
BASE = {"uapi", "boot", "asm", "lib"}
MACHINE = BASE | {"x86", "iomem", "console"}
HIGH = {"task", "ns", "fs", "tty", "net", "proc", "ipc", "drivers", "syscall"}
MAY_USE = {
    "uapi": {"lib"}, "boot": {"uapi", "lib"}, # of lib types.h and compiler.h only, see PURE_LIB
    "asm": {"uapi", "lib"},
    "lib": {"asm", "uapi"},
    "x86": BASE, "iomem": BASE, "console": BASE,
    "mm": MACHINE,
    **{room: MACHINE | HIGH | {"mm"} for room in HIGH},
    "report": MACHINE | HIGH | {"mm", "main"}, "main": MACHINE | HIGH | {"mm", "report", "tests"},
    "tests": MACHINE | HIGH | {"mm", "main", "report"},
}
PURE_LIB = {"lib/types.h", "lib/compiler.h"}
# mm and lib call into kernel/x86 through what include/asm declares: the machine's verbs.
VERB_USERS = {"lib", "mm", "iomem", "console"}
# The one arrow up that a kernel can't do without: the entry's jump.
GIVEN = {("kernel/x86/head.S", "start_kernel")}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def folder_of(path):
    """The floor of a source or header file, None for files that have none (efi, tools, tests on the host)."""
    parts = path.split("/")
    if parts[0] == "include" and len(parts) > 2:
        return parts[1]
    if parts[0] == "mm":
        return "mm"
    if parts[0] == "kernel":
        return parts[1] if len(parts) > 2 else "main"
    if parts[:2] == ["tests", "kernel"]:
        return "tests"
    return None


def sources():
    for top in ("include", "kernel", "mm"):
        for where, _, names in os.walk(top):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.join(where, name)


def include_target(source, name):
    """The floor of what `source` includes as `name`."""
    beside = os.path.normpath(os.path.join(os.path.dirname(source), name))
    if os.path.exists(beside):
        return folder_of(beside), beside
    if os.path.exists("include/" + name):
        return folder_of("include/" + name), "include/" + name
    return None, name


def check_includes():
    bad = []
    for path in sources():
        own = folder_of(path)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for name in INCLUDE.findall(text):
            target, real = include_target(path, name)
            if target is None or target == own:
                continue
            if target not in MAY_USE.get(own, set()):
                bad.append(f"{path} includes {real}: {own} may not use {target}")
            elif own in PURE and target == "lib" and real.removeprefix("include/") not in PURE_LIB:
                bad.append(f"{path} includes {real}: only {', '.join(sorted(PURE_LIB))} are pure")
    return bad


def read_objects(build):
    """For each object: its folder, what it defines, what it needs."""
    objects = []
    for top in ("kernel", "mm"):
        for where, _, names in os.walk(os.path.join(build, top)):
            objects += [os.path.join(where, n) for n in names if n.endswith(".o")]
    result = []
    for path in sorted(objects):
        out = subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=True).stdout
        defined, needed, weak = set(), set(), set()
        for line in out.splitlines():
            name, kind = line.split()[:2]
            if kind == "U":
                needed.add(name)
            elif kind in "wv":
                weak.add(name)
            elif kind.isupper():
                defined.add(name)
        result.append((os.path.relpath(path, build).removesuffix(".o"), defined, needed))
    return result


def words_of(folder):
    text = ""
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), encoding="utf-8") as f:
                text += f.read()
    return set(re.findall(r"[A-Za-z_]\w*", text))


def check_symbols(build):
    objects = [o for o in read_objects(build) if os.path.exists(o[0])]
    owner = {}
    for source, defined, _ in objects:
        for name in defined:
            owner.setdefault(name, source)
    verbs = words_of("include/asm")
    bad = []
    for source, _, needed in objects:
        own = folder_of(source)
        for name in sorted(needed):
            if name not in owner or (source, name) in GIVEN:
                continue
            target = folder_of(owner[name])
            if target == own or target in MAY_USE.get(own, set()):
                continue
            if target == "x86" and own in VERB_USERS and name in verbs:
                continue
            bad.append(f"{source} uses {name} of {owner[name]}: {own} may not use {target}")
    return bad, len(objects)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    bad = check_includes()
    more, objects = check_symbols(build)
    for line in bad + more:
        print(line)
    print(f"floors: {objects} objects, {len(bad) + len(more)} arrows point up")
    return 1 if bad or more else 0


if __name__ == "__main__":
    sys.exit(main())
