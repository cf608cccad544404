# SPDX-License-Identifier: MIT
"""USB keyboards on xHCI, as a person uses them: typed on, held down, pulled, plugged in elsewhere. No PS/2; the stick is on the same
controller."""
import os
import time

from harness.jobs import Job
from harness.vm import Machine, make_stick, scratch

# Two controllers of different makes; a keyboard behind two hubs on one, another on the other.
DEVICES = ["-device", "qemu-xhci,id=x", "-device", "nec-usb-xhci,id=y",
           "-device", "usb-storage,drive=stick,bus=x.0,port=2,bootindex=0",
           "-device", "usb-hub,id=h1,bus=x.0,port=1", "-device", "usb-hub,id=h2,bus=x.0,port=1.2",
           "-device", "usb-kbd,id=k1,bus=x.0,port=1.2.3", "-device", "usb-mouse,bus=x.0,port=1.1",
           "-device", "usb-kbd,id=k2,bus=y.0,port=1"]


class Typist:
    def __init__(self, machine, report):
        self.m, self.report = machine, report

    def check(self, name, good):
        return self.report.check(f"usb/{name}", good, self.m.text()[-2500:], self.m.repro())

    def type(self, name, text, says):
        """What is typed on the keyboard that QEMU prefers (the one plugged in last) reaches the shell."""
        self.m.type(f"echo {text}\n")
        return self.check(name, self.m.wait_text(f"\n{says}", 30))

    def list(self, wanted, gone=()):
        """Waits until /proc/atlas/usb has (by serial) these lines and not those; its text."""
        end, n = time.monotonic() + 40, 0
        while True:
            n += 1
            self.m.send(f"cat /proc/atlas/usb; echo end of list $(({n} + 1000))\n".encode())
            self.m.wait_text(f"end of list {n + 1000}", 30)
            text = self.m.text().rsplit("cat /proc/atlas/usb", 1)[1]
            found = {line.split()[0] + " " + line.split()[-1] for line in text.splitlines() if line.strip()}
            if (found.issuperset(wanted) and not found.intersection(gone)) or time.monotonic() > end:
                return found.issuperset(wanted) and not found.intersection(gone)
            time.sleep(0.3)


def held(t):
    """Keys that are down when their keyboard is pulled: one repeats until then and not longer, Shift goes up (or what is
    typed later is in capitals)."""
    keys = [{"type": "key", "data": {"down": True, "key": {"type": "qcode", "data": k}}} for k in ("shift", "x")]
    t.m.command("input-send-event", events=keys)
    t.check("key_repeats", t.m.wait_text("XXXX", 30))
    t.m.command("device_del", id="k1")
    time.sleep(1.5)
    before = t.m.text().count("X")
    time.sleep(1)
    t.check("pulled_key_is_up", t.m.text().count("X") == before)
    t.m.send(b"\x15") # ^U


def keyboards(report):
    where = scratch("usb")
    stick = make_stick(os.path.join(where, "esp.img"), "report=page,0 start=shell keymap=de")
    drive = ["-drive", f"if=none,id=stick,format=raw,snapshot=on,file={stick}"]
    with Machine(None, machine="q35,i8042=off", display=["-vga", "std"], args=drive + DEVICES) as m:
        t = Typist(m, report)
        if not t.check("boots_from_its_own_controller", m.wait_text("Press Enter for a shell", 150)):
            return
        m.send(b"\n")
        m.wait_text("atlas:", 30)
        t.check("all_found", t.list(["1-5 hub", "1-5.1 used", "1-5.2 hub", "1-5.2.3 keyboard", "2-5 keyboard", "1-2 used"]))
        t.type("second_controller", "dirz", "diry") # a German keyboard
        m.command("device_del", id="k2")
        t.check("unplugged", t.list(["1-5.2.3 keyboard"], ["2-5 keyboard"]))
        t.type("behind_two_hubs", "hubs", "hubs")
        held(t)
        m.command("device_add", driver="usb-kbd", id="k3", bus="x.0", port="1.2.1")
        t.check("plugged_into_a_hub", t.list(["1-5.2.1 keyboard"], ["1-5.2.3 keyboard"]))
        t.type("hot_plugged", "late", "late")
        m.command("device_del", id="h1")
        t.check("hub_pulled", t.list(["1-2 used"], ["1-5 hub", "1-5.1 used", "1-5.2 hub", "1-5.2.1 keyboard"]))
        m.command("device_add", driver="usb-kbd", id="k4", bus="x.0", port="1")
        t.check("plugged_into_the_root", t.list(["1-5 keyboard"]))
        t.type("after_all_that", "works", "works")


def jobs():
    return [Job("usb/keyboards", keyboards, 35)]
