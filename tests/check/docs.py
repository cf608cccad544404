#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""README, boot.cfg and --help against the code: every option that is read is described, and the other way round.

usage: docs.py    exit status 1 when something is missing; each is printed with where."""
import glob
import os
import re
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
NOT_FOR_USERS = {"test_take_1mib"} # boot.cfg's key for the loader's own test


def text(*patterns):
    out = []
    for name in sorted(sum((glob.glob(p, recursive=True) for p in patterns), [])):
        with open(name, encoding="utf-8") as f:
            out.append(f.read())
    return "\n".join(out)


def section(readme, title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", readme, re.M | re.S).group(1)


def rows(part):
    """What stands in the first column's back quotes, row by row."""
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in part.splitlines() if row.startswith("| `")]


def boot_options(readme):
    code = set(re.findall(r'\bcmdline_(?:get|has|get_size)\("([\w.]+)"', text("kernel/**/*.c", "mm/**/*.c")))
    code |= {word.split("=")[0] for word in re.findall(r'\bhas_option\("([\w.=]+)"', text("esp/bin/**/*.c"))}
    code |= set(re.findall(r'\bconfig_(?:option|has_word)\(&?\w+, "([\w.]+)"', text("efi/*.c")))
    return "boot option", code, {row[0].split("=")[0] for row in rows(section(readme, "Boot options"))}


def config_keys(readme):
    code = set(re.findall(r'\bequals\(key, key_len, "(\w+)"\)', text("efi/config.c"))) - NOT_FOR_USERS
    return "boot.cfg key", code, set(re.findall(r"^# (\w+) = ", text("esp/boot.cfg"), re.M))


def vmrun_options(readme):
    code = set(re.findall(r'\{ "([\w-]+)", [012], NULL', text("tools/vm/main.c")))
    described = set(re.findall(r"`--([\w-]+)", section(readme, "tools/vmrun.*?")))
    return "vmrun option", code - {"help"}, described


def make_targets(readme):
    code = set(re.findall(r"^([a-z][a-z0-9-]*):[^=\n]*##", text("Makefile", "*/*.mk", "*/*/*.mk"), re.M))
    return "make target", code, None, set(re.findall(r"`make ([a-z][a-z-]+)", readme)) | set(re.findall(r"^    make ([a-z]+)", readme, re.M))


def main():
    with open("README.md", encoding="utf-8") as f:
        readme = f.read()
    errors = []
    for what, code, described, *used in (boot_options(readme), config_keys(readme), vmrun_options(readme), make_targets(readme)):
        if not code:
            errors.append(f"{what}: none found in the code, this check is broken")
        if described is not None:
            errors += [f"{what} {name}: not described" for name in sorted(code - described)]
        errors += [f"{what} {name}: described, but not in the code" for name in sorted((described or used[0]) - code)]
    print("\n".join(errors + [f"docs: {len(errors)} errors"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
