# SPDX-License-Identifier: MIT
"""Physical memory seen from ring 3: sums that close while programs run, what boot leaves free, the highmem lab."""
import os
import re

from cases import kernel
from harness.jobs import Job
from harness.vm import BUILD, scratch, vmrun

LAB = os.path.join(BUILD, "guest/lab")
LEAST_FREE_256M = 235000        # KiB; Linux 6.1 leaves 191,372 of the 256,176 that the firmware leaves

# Processes, files and pipes come and go; the sums are read and added up again in between.
BALANCE = r"""
check() {
	awk '$1 == "sum" { said = $2 } $1 == "total" { total = $2 } $1 == "law" { law = $2 }
	     !/^(sum|total|usable|not usable|law) / { mine += $NF }
	     END { word = (law || mine != said || said != total) ? "BROKEN" : "closes"
	           printf("%s mine %.0f said %.0f total %.0f law %d\n", word, mine, said, total, law) }' /proc/atlas/accounting
}
check
for i in 1 2 3 4 5 6 7 8 9 10; do
	head -c ${i}00000 /dev/urandom > /tmp/file$i &
	sh -c "sleep 0.1; cat /proc/self/maps | wc -l; exec dd if=/dev/zero of=/dev/null bs=${i}M count=1" >/dev/null 2>&1 &
	check
done
wait
rm /tmp/file*
check
[ "$(head -n 1 /proc/atlas/verdict)" = PASS ] && echo verdict passes
"""


def in_guest(name, report, program, options):
    done, repro = vmrun("--log", os.path.join(scratch(name.replace("/", "-")), "log"), *options, *program)
    text = done.stdout.decode(errors="replace")
    report.check(f"{name}/exit", done.returncode == 0, text[-2000:] + done.stderr.decode(errors="replace"), repro)
    return text, repro


def balance(report):
    for name, options in (("plain", []), ("highmem", ["--memory", "2G", "--append", "highmem=896M"])):
        text, repro = in_guest(f"memory/balance-{name}", report, ["/bin/busybox", "sh", "-c", BALANCE], options)
        report.check(f"memory/balance-{name}/closes", text.count("closes") == 12 and "BROKEN" not in text, text, repro)
        report.check(f"memory/balance-{name}/verdict", "verdict passes" in text, text, repro)


# Tables as programs find them: as long as stat says, and summing up to 0 where that is their law.
TABLES = r"""
for t in /sys/firmware/acpi/tables/[A-Z]* /sys/firmware/dmi/tables/*; do
	echo "$(basename $t) $(stat -c %s $t) $(wc -c < $t) $(hexdump -v -e '1/1 "%u\n"' $t | awk '{ s += $1 } END { print s % 256 }')"
done
cat /sys/devices/system/node/node0/meminfo
"""


def account(report):
    """Each byte and each page, after every operation of three processes."""
    program = os.path.join(BUILD, "guest-tests/account")
    for name, turns, options in (("plain", 2000, []), ("highmem", 300, ["--memory", "2G", "--append", "highmem=896M"])):
        text, repro = in_guest(f"memory/account-{name}", report, [program, str(len(name)), str(turns)], options)
        report.check(f"memory/account-{name}/closes", re.search(r"page by page: closes$", text, re.M), text, repro)


def tables(report):
    text, repro = in_guest("memory/tables", report, ["/bin/busybox", "sh", "-c", TABLES], [])
    rows = {m[1]: m for m in re.finditer(r"^(\w+) (\d+) (\d+) (\d+)$", text, re.M)}
    report.check("memory/tables/sizes", len(rows) >= 8 and all(m[2] == m[3] for m in rows.values()), text, repro)
    report.check("memory/tables/sums", all(rows[t][4] == "0" for t in ("DSDT", "FACP", "APIC", "smbios_entry_point") if t in rows) and
                 {"DSDT", "APIC", "DMI", "smbios_entry_point"} <= set(rows), text, repro)
    report.check("memory/tables/node", re.search(r"^Node 0 MemTotal: +\d+ kB$", text, re.M), text, repro)


def left_free(report):
    text, repro = in_guest("memory/free-256M", report, ["/bin/busybox", "cat", "/proc/meminfo"], ["--memory", "256M"])
    free = re.search(r"MemFree: +(\d+) kB", text)
    report.check("memory/free-256M/enough", free and int(free[1]) >= LEAST_FREE_256M, text, repro, free and f"{free[1]} KiB")


def lab(report):
    text, repro = in_guest("memory/lab", report, [LAB, "highmem"], ["--memory", "2G", "--append", "highmem=896M"])
    for name, wanted in (("direct-access-faults", "exception 14 (page fault), error code 0"), ("kmap", 'it reads "written through kmap"'),
                         ("one-page", 'kmap\'s address reads the same: "written through kmap_atomic"'),
                         ("picture", "f8000000  high_memory    ffff880038000000"), ("file", "a file's contents, put here by the kernel")):
        report.check(f"memory/lab/{name}", wanted in text, text, repro)
    physical = re.search(r"its page is physical (\w+)", text)
    report.check("memory/lab/page-is-high", physical and int(physical[1], 16) >= 896 << 20, text, repro)
    text, repro = in_guest("memory/lab-off", report, [LAB, "highmem"], [])
    report.check("memory/lab-off/says-how", "Boot with highmem=896M" in text, text, repro)


def bad_options(report):
    """highmem= with nonsense: a sentence in the log, and the machine runs."""
    for value, sentence in (("0", "highmem=0: no high memory"), ("1M", "is less than 64M: using 64M"), ("8G", "is beyond the end of RAM"),
                            ("garbage", "is not a size: using 896M"), ("700000000", "")):
        name = f"memory/highmem={value}"
        text, repro = in_guest(name, report, ["/bin/busybox", "cat", "/proc/atlas/verdict"], ["--append", f"highmem={value}"])
        report.check(f"{name}/verdict", text.startswith("PASS"), text, repro)
        with open(os.path.join(BUILD, "test", name.replace("/", "-"), "log"), encoding="utf-8", errors="replace") as f:
            said = f.read()
        report.check(f"{name}/says-so", sentence in said, said[:3000], repro)


def sections(report):
    """64 GiB on a host with less: each of the 511 sections comes online by one page."""
    text, repro = kernel.boot("sections", "ktest=every_section", memory="64G", seconds=90)
    report.check("memory/sections-64G", "ok 1 every_section_can_come_online" in text, text[-2000:], repro)


def jobs():
    return [Job("memory/balance", balance, 25), Job("memory/account", account, 60), Job("memory/tables", tables, 8),
            Job("memory/free", left_free, 8), Job("memory/lab", lab, 15),
            Job("memory/highmem-options", bad_options, 50), Job("memory/sections", sections, 20)]
