#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The house style, as far as a program can see it. Errors fail; long files and functions are listed.

usage: style.py    exit status 1 on an error
"""
import os
import re
import subprocess
import sys

LONG_FILE, TOO_LONG_FILE = 500, 800
LONG_FUNCTION, TOO_LONG_FUNCTION = 60, 120
MAX_COLUMNS = 200
ASM = re.compile(r"\b(__)?asm(__)?\s*(volatile|__volatile__)?\s*\(")
ASM_HOME = ("kernel/x86/", "include/x86/", "include/asm/", "include/lib/compiler.h", "esp/", "tests/", "efi/")
TOP_LEVEL = {"Makefile", "README.md", "CAVEATS.md", "LICENSE", ".gitignore", ".ci", "efi", "kernel", "mm", "include", "tools", "tests", "esp"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(root|work|home|tmp/w)/\w")


def tracked():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, text=True, check=True)
    return [p for p in out.stdout.splitlines() if os.path.isfile(p)]


def functions(lines):
    """(name, first line, length) of each C function: a body is '{' to '}' in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            head = " ".join(lines[max(0, start - 4):start - 1])
            names = re.findall(r"(\w+)\s*\(", head)
            yield (names[0] if names else "?"), start, number - start
            start = None


def check_text(path, text, errors):
    def error(number, what):
        errors.append(f"{path}:{number}: {what}")

    lines = text.split("\n")
    code = path.endswith((".c", ".h", ".S"))
    if text and not text.endswith("\n"):
        error(len(lines), "no newline at the end of the file")
    if code and "SPDX-License-Identifier: MIT" not in "".join(lines[:2]):
        error(1, "no SPDX line")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            error(number, "blanks at the end of the line")
        if UNFINISHED.search(line) and not path.startswith("tests/check/"):
            error(number, "unfinished: do it, or say it in CAVEATS.md")
        if MACHINE_PATH.search(line) and not path.startswith("tests/check/"):
            error(number, "a path of one machine")
        if not code:
            continue
        # What a user reads is not broken, so that it can be searched for.
        if len(re.sub(r'"[^"]{60,}"', "", line).expandtabs(8)) > MAX_COLUMNS:
            error(number, f"longer than {MAX_COLUMNS} columns")
        if re.match(r" {8}", line):
            error(number, "indented with blanks, not tabs")
        if ASM.search(line) and not path.startswith(ASM_HOME):
            error(number, "inline assembly outside kernel/x86 and include/asm")
    return lines


def check_readme(errors):
    """README's table of the address space is include/asm/vmlayout.h's."""
    with open("include/asm/vmlayout.h", encoding="utf-8") as f:
        header = f.read()
    with open("README.md", encoding="utf-8") as f:
        readme = f.read()
    for purpose in re.findall(r'REGION\(.*"([^"]+)"\)', header):
        if not re.search(r"^\| [0-9a-f]{16} \| [0-9a-f]{16} \| " + re.escape(purpose), readme, re.M):
            errors.append(f"README.md: the address space has no row for: {purpose}")
    for number in re.findall(r"VM_UL\(0x(ffff[0-9a-f]{12})\)", header):
        if number not in readme and not number.endswith("fff000"):
            errors.append(f"README.md: {number} of vmlayout.h is not in its table")


def main():
    errors, long_files, long_functions = [], [], []
    for path in tracked():
        if path.startswith("tests/data/") or not path.endswith((".c", ".h", ".S", ".py", ".sh", ".mk", ".md", "Makefile")):
            continue
        with open(path, encoding="utf-8") as f:
            lines = check_text(path, f.read(), errors)
        if not path.endswith((".c", ".h", ".S")):
            continue
        if len(lines) > TOO_LONG_FILE:
            errors.append(f"{path}: {len(lines)} lines: more than one idea")
        elif len(lines) > LONG_FILE:
            long_files.append(f"{path} ({len(lines)})")
        for name, number, length in functions(lines) if path.endswith(".c") else ():
            if length > TOO_LONG_FUNCTION:
                errors.append(f"{path}:{number}: {name} has {length} lines")
            elif length > LONG_FUNCTION:
                long_functions.append(f"{path}:{number} {name} ({length})")
    check_readme(errors)
    strangers = sorted({p.split("/")[0] for p in tracked()} - TOP_LEVEL)
    errors += [f"{name}: the top level holds what README says, nothing else" for name in strangers]
    for line in errors:
        print(line)
    if long_files:
        print(f"over {LONG_FILE} lines: " + ", ".join(long_files))
    if long_functions:
        print(f"functions over {LONG_FUNCTION} lines: " + ", ".join(long_functions))
    print(f"style: {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
