# SPDX-License-Identifier: MIT
"""The loader under QEMU+OVMF, with a test kernel that prints what it was handed (tests/testkernel)."""
import os
import random
import re
import select
import subprocess
import tempfile
import time

from harness.jobs import Job
from harness.vm import BUILD, OVMF, PATIENCE, QEMU

LOADER = os.path.join(BUILD, "loader.efi")
KERNEL = os.path.join(BUILD, "efi/testkernel.elf")
MKGPT = os.path.join(BUILD, "tools/mkgpt")
KERNEL_RAN = 33                 # the test kernel's exit through isa-debug-exit
VGA = ["-vga", "std"]


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


def run(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


class Stick:
    """A FAT volume; what differs from the good one is said by the test."""

    def __init__(self, folder, kernel=None, config="options = a=b\nerror_wait = 2\n", initramfs=b"x" * 5000,
                 loader_at="EFI/BOOT/BOOTX64.EFI", extra=None):
        files = {loader_at: open(LOADER, "rb").read(), "atlas/boot.cfg": config, "atlas/initramfs.cpio": initramfs,
                 "atlas/kernel.elf": open(KERNEL, "rb").read() if kernel is None else kernel}
        files.update(extra or {})
        self.folder = folder
        self.image = os.path.join(folder, "esp.img")
        size = 40 << 20
        with open(self.image, "wb") as f:
            f.truncate(size)
        run("mformat", "-i", self.image, "-F", "::")
        dirs = set()
        for name, data in files.items():
            if data is None or data is False:
                continue
            for i, c in enumerate(name):
                if c == "/" and name[:i] not in dirs:
                    dirs.add(name[:i])
                    run("mmd", "-i", self.image, "::/" + name[:i])
            path = os.path.join(folder, "file")
            with open(path, "wb") as f:
                f.write(data.encode() if isinstance(data, str) else data)
            run("mcopy", "-i", self.image, path, "::/" + name)


class Boot:
    """Runs until the kernel ended QEMU, a text appeared, or the time is over; .text is what serial said."""

    def __init__(self, disk, args=(), until=None, timeout=60, serial=True, device="virtio-blk-pci", drive="", send=None):
        argv = [QEMU, "-accel", "tcg", "-M", "q35", "-cpu", "max", "-m", "256M", "-bios", OVMF, "-nodefaults",
                "-display", "none", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4",
                "-drive", "file=%s,format=raw,if=none,id=d%s" % (disk, drive), "-serial", "stdio" if serial else "none", *args,
                "-device", device + ",drive=d,bootindex=0"]
        p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.text, self.found, end = "", False, time.time() + timeout * PATIENCE
        while time.time() < end:
            if select.select([p.stdout], [], [], 0.2)[0]:
                data = os.read(p.stdout.fileno(), 65536)
                if not data:
                    break
                self.text += data.decode("latin-1")
            if send and send[0] in self.text:
                p.stdin.write(send[1])
                p.stdin.flush()
                send = None
            if until and until in self.text:
                self.found = True
                break
        else:
            self.text += "\n(timeout)"
        if p.poll() is None and not (until is None and "(timeout)" not in self.text):
            p.kill()
        self.status = p.wait()
        p.stdin.close()
        p.stdout.close()
        self.plain = self.text.replace("\r", "")

    def handed(self):
        """What the test kernel printed, by name."""
        expect(self.status == KERNEL_RAN and "TESTKERNEL " in self.plain, "the kernel did not run")
        line = self.plain.split("TESTKERNEL ", 1)[1].split(" END", 1)[0]
        words, cmdline = line.split('"', 1)
        names = ("phys_base", "initramfs", "format", "width", "height", "tsc_khz", "lapic_khz", "data")
        values = dict(zip(names, (int(w, 16) for w in words.split())))
        values["cmdline"] = cmdline.rstrip('"')
        expect(values["data"] == 0x600dda7a, "the kernel's data is wrong: %x" % values["data"])
        return values


def refused(stick, sentence, **kw):
    """One clear sentence, and afterwards the firmware goes on."""
    m = Boot(stick.image, args=VGA, until="BdsDxe: failed to start", **kw)
    expect("Atlas loader: " in m.plain, "no sentence")
    said = m.plain.split("Atlas loader: ", 1)[1]
    expect(sentence in said, "said something else: " + said[:200])
    expect(m.plain.count("Atlas loader: ") == 1, "said it twice on serial")
    expect("TESTKERNEL" not in m.plain, "the kernel was started all the same")
    expect(m.found, "did not go back to the firmware")
    return m


TESTS = []


def test(f):
    TESTS.append(f)
    return f


@test
def loader_hands_over(folder):
    v = Boot(Stick(folder).image, args=VGA).handed()
    expect(v["phys_base"] == 0, "phys_base %x" % v["phys_base"])
    expect(v["initramfs"] == 5000, "initramfs has %d bytes" % v["initramfs"])
    expect(v["format"] == 2 and v["width"] >= 800 and v["height"] >= 600, "screen %r" % v)
    expect(v["cmdline"] == "a=b", "command line " + v["cmdline"])
    expect(500000 < v["tsc_khz"] < 10000000, "tsc %d kHz" % v["tsc_khz"])
    # A busy host makes the firmware's stalls longer, never shorter; the exact check is the one under icount.
    expect(950000 < v["lapic_khz"] < 4000000, "QEMU's APIC timer has 1 GHz, measured %d kHz" % v["lapic_khz"])


@test
def loader_clock_under_icount(folder):
    # With shift=3 the TSC counts 8 ns an instruction at exactly 1 GHz.
    v = Boot(Stick(folder).image, args=["-vga", "none", "-icount", "shift=3,sleep=off"], timeout=120).handed()
    expect(abs(v["tsc_khz"] - 1000000) < 2000, "tsc %d kHz" % v["tsc_khz"])
    expect(abs(v["lapic_khz"] - 1000000) < 2000, "APIC timer %d kHz" % v["lapic_khz"])


@test
def loader_kernel_missing(folder):
    refused(Stick(folder, kernel=False), "\\atlas\\kernel.elf is missing")


@test
def loader_error_ends_by_key(folder):
    start = time.time()
    refused(Stick(folder, kernel=False, config="error_wait=300\n"), "is missing", send=("Press a key", b"x"), timeout=50)
    expect(time.time() - start < 280, "the key was not seen")


@test
def loader_kernel_truncated(folder):
    data = open(KERNEL, "rb").read()
    for i, size in enumerate((0, 20, 64, 4096, len(data) - 1)):
        sub = os.path.join(folder, str(i))
        os.mkdir(sub)
        refused(Stick(sub, kernel=data[:size]), "damaged" if size == len(data) - 1 else "it is cut short")


@test
def loader_kernel_bit_flipped(folder):
    data = bytearray(open(KERNEL, "rb").read())
    seed = int(os.environ.get("ATLAS_SEED", random.randrange(1 << 32)))
    rng = random.Random(seed)
    for i in range(3):
        bit = rng.randrange(len(data) * 8)
        bad = bytearray(data)
        bad[bit // 8] ^= 1 << bit % 8
        sub = os.path.join(folder, str(i))
        os.mkdir(sub)
        try:
            refused(Stick(sub, kernel=bytes(bad)), "cannot be started: ")
        except Failure as e:
            raise Failure("seed %d, bit %d: %s" % (seed, bit, e))


@test
def loader_kernel_for_another_processor(folder):
    data = bytearray(open(KERNEL, "rb").read())
    data[18] = 183                  # AArch64
    refused(Stick(folder, kernel=bytes(data)), "it is for another processor")


@test
def loader_kernel_is_text(folder):
    refused(Stick(folder, kernel=b"This is not a kernel.\n" * 50), "it is not an ELF file")


@test
def loader_config_missing(folder):
    m = Boot(Stick(folder, config=None).image, args=VGA)
    expect(m.handed()["cmdline"] == "", "a command line from nowhere")
    expect("Warning: \\atlas\\boot.cfg is missing" in m.plain, "no warning")


@test
def loader_config_noise(folder):
    seed = int(os.environ.get("ATLAS_SEED", random.randrange(1 << 32)))
    m = Boot(Stick(folder, config=random.Random(seed).randbytes(1 << 20)).image, args=VGA)
    m.handed()
    expect("more lines not understood" in m.plain, "no warning (seed %d)" % seed)
    expect(m.plain.count("Warning: boot.cfg") < 12, "the noise fills the screen")


@test
def loader_config_unknown_key(folder):
    m = Boot(Stick(folder, config="# one\noptions=x\ncolour=red\noptions=y\n").image, args=VGA)
    expect("Warning: boot.cfg line 3: unknown key, line ignored: colour=red" in m.plain, "no warning")
    expect(m.handed()["cmdline"] == "x y", "the rest does not count")


@test
def loader_initramfs_missing(folder):
    m = Boot(Stick(folder, initramfs=None).image, args=VGA)
    expect(m.handed()["initramfs"] == 0, "an initramfs from nowhere")
    expect("Warning: \\atlas\\initramfs.cpio is missing" in m.plain, "no warning")


@test
def loader_no_screen(folder):
    m = Boot(Stick(folder).image, args=["-vga", "none"])
    expect(m.handed()["format"] == 0, "a screen from nowhere")
    expect("No screen with a linear framebuffer" in m.plain, "no word about it")


@test
def loader_quiet(folder):
    m = Boot(Stick(folder, config="options=quiet").image, args=["-vga", "none"])
    m.handed()
    expect("starting Boot0001" in m.plain, "the firmware says something else")
    said = m.plain.split("starting Boot0001", 1)[1].split("\n", 1)[1].split("TESTKERNEL", 1)[0]
    expect(not said.strip(), "says " + said)


@test
def loader_blt_only_screen(folder):
    m = Boot(Stick(folder).image, args=["-device", "virtio-gpu-pci"])
    expect(m.handed()["format"] == 0, "takes a mode without a framebuffer")


@test
def loader_two_screens(folder):
    v = Boot(Stick(folder).image, args=["-device", "virtio-gpu-pci", "-device", "VGA"]).handed()
    expect(v["format"] == 2, "did not find the linear one: %r" % v)


@test
def loader_video_modes(folder):
    for i, (config, args, size) in enumerate((("video=1024x768", VGA, (1024, 768)), ("video=640x480", VGA, (640, 480)),
                                              ("video=native", ["-device", "VGA,edid=on,xres=1600,yres=1200,vgamem_mb=32"], (1600, 1200)),
                                              ("video=none", VGA, (0, 0)))):
        sub = os.path.join(folder, str(i))
        os.mkdir(sub)
        v = Boot(Stick(sub, config=config).image, args=args).handed()
        expect((v["width"], v["height"]) == size, "%s gives %dx%d" % (config, v["width"], v["height"]))


@test
def loader_video_mode_unknown(folder):
    m = Boot(Stick(folder, config="video=1234x777").image, args=VGA)
    expect(m.handed()["format"] == 2, "no screen then")
    expect("Warning: the screen has no mode 1234x777" in m.plain, "no warning")


@test
def loader_no_serial(folder):
    m = Boot(Stick(folder).image, args=VGA, serial=False)
    expect(m.status == KERNEL_RAN, "the kernel did not run (status %d)" % m.status)


@test
def loader_from_shell_with_arguments(folder):
    stick = Stick(folder, loader_at="atlas/loader.efi", extra={"startup.nsh": "fs0:\\atlas\\loader.efi one two=3\r\n"})
    v = Boot(stick.image, args=VGA, timeout=120).handed()
    expect(v["cmdline"] == "a=b one two=3", "command line " + v["cmdline"])


@test
def loader_read_only_volume(folder):
    m = Boot(Stick(folder).image, args=VGA, drive=",readonly=on")
    expect(m.handed()["initramfs"] == 5000, "no initramfs")
    expect("could not be written to the stick (the volume is write-protected)" in m.plain, "no warning: " + m.plain[-600:])


@test
def loader_1mib_taken(folder):
    m = Boot(Stick(folder, config="test_take_1mib=1").image, args=VGA)
    v = m.handed()
    expect("Test: 100000 is taken already." not in m.plain, "1 MiB was not free to begin with")
    expect(v["phys_base"] and v["phys_base"] % (2 << 20) == 0, "phys_base %x" % v["phys_base"])


@test
def loader_from_usb_disk_with_gpt(folder):
    disk = os.path.join(folder, "disk.img")
    run(MKGPT, Stick(folder).image, disk)
    v = Boot(disk, args=VGA + ["-device", "qemu-xhci"], device="usb-storage").handed()
    expect(v["cmdline"] == "a=b", "command line " + v["cmdline"])


@test
def loader_much_memory(folder):
    ram = ["-object", "memory-backend-ram,id=r,size=64G,reserve=off", "-machine", "memory-backend=r", "-m", "64G"]
    Boot(Stick(folder).image, args=VGA + ram, timeout=120).handed()


def records(stick):
    """{folder: {file: text}} of what lies in \\atlas\\machines."""
    out = os.path.join(stick.folder, "machines")
    subprocess.run(["rm", "-rf", out], check=True)
    os.mkdir(out)
    subprocess.run(["mcopy", "-s", "-n", "-i", stick.image, "::/atlas/machines/*", out], stderr=subprocess.DEVNULL)
    return {d: {f: open(os.path.join(out, d, f), encoding="ascii").read() for f in os.listdir(os.path.join(out, d))}
            for d in os.listdir(out)}


@test
def loader_records_the_machine(folder):
    stick = Stick(folder, config="options=quiet\n")
    m = Boot(stick.image, args=VGA + ["-smbios", "type=1,manufacturer=Pear Inc.,product=Desk (2nd)/Gen,serial=S3CR3T,uuid="
                                      "12345678-1234-1234-1234-123456789abc"])
    m.handed()
    r = records(stick)
    expect(list(r) == ["pear-inc-desk-2nd-gen"], "records: %r, said %s" % (list(r), m.plain[-500:]))
    files = r["pear-inc-desk-2nd-gen"]
    expect(sorted(files) == ["SOURCE", "acpi.txt", "boot.log", "efi-memmap.txt", "smbios.txt", "video.txt"], "files %r" % sorted(files))
    everything = "".join(files.values())
    expect("S3CR3T" not in everything and "9abc" not in everything, "a serial number or UUID is recorded")
    lines = [l.split() for l in files["efi-memmap.txt"].splitlines() if not l.startswith("#")]
    expect(len(lines) > 50 and all(len(l) == 4 for l in lines), "memory map: %r" % lines[:5])
    usable = sum(int(e, 16) + 1 - int(s, 16) for t, s, e, _ in lines if t in "12347" and e != "empty")
    expect(200 << 20 < usable < 256 << 20, "usable %d" % usable)
    expect("product: Desk (2nd)/Gen" in files["smbios.txt"], files["smbios.txt"])
    expect("table: FACP" in files["acpi.txt"] and "ioapic: 0 fec00000 gsi 0" in files["acpi.txt"], files["acpi.txt"])
    expect("chosen: 1280x800" in files["video.txt"], files["video.txt"])


@test
def loader_records_once(folder):
    stick = Stick(folder)
    args = VGA + ["-rtc", "base=2024-01-01T00:00:00,clock=vm", "-smbios", "type=1,manufacturer=A,product=B"]
    for _ in range(5):
        last = Boot(stick.image, args=args)
        last.handed()
    first = records(stick)
    expect("already" in last.plain, "writes the same machine again and again: %r" % sorted(first))
    args[-1] = "type=1,manufacturer=A,product=C"
    Boot(stick.image, args=args).handed()
    after = records(stick)
    expect(all(after[k] == first[k] for k in first), "an earlier record changed")
    expect("a-c" in after, "no record of the second machine: %r" % sorted(after))


@test
def loader_record_on_a_full_stick(folder):
    stick = Stick(folder)
    room = int(re.search(r"(\d[\d ]*) bytes free", subprocess.run(["mdir", "-i", stick.image], capture_output=True, text=True).stdout)[1].replace(" ", ""))
    filler = os.path.join(folder, "filler")
    with open(filler, "wb") as f:
        f.truncate(room - 2048)
    run("mcopy", "-i", stick.image, filler, "::/filler")
    m = Boot(stick.image, args=VGA)
    m.handed()
    expect("record could not be written to the stick (the volume is full)" in m.plain, "no warning: " + m.plain[-600:])


@test
def loader_record_switched_off(folder):
    stick = Stick(folder, config="record=no\n")
    Boot(stick.image, args=VGA).handed()
    expect(records(stick) == {}, "recorded all the same")


@test
def loader_pe_is_w_xor_x(folder):
    out = subprocess.run(["objdump", "-h", "-x", LOADER], check=True, capture_output=True, text=True).stdout
    expect("NX_COMPAT" in out, "NX_COMPAT is not set")
    data = open(LOADER, "rb").read()
    pe = int.from_bytes(data[0x3c:0x40], "little")
    nr = int.from_bytes(data[pe + 6:pe + 8], "little")
    at = pe + 24 + int.from_bytes(data[pe + 20:pe + 22], "little")
    expect(int.from_bytes(data[pe + 24 + 32:pe + 24 + 36], "little") == 4096, "sections are not aligned to 4 KiB")
    for i in range(nr):
        section = data[at + 40 * i:at + 40 * i + 40]
        flags = int.from_bytes(section[36:40], "little")
        start = int.from_bytes(section[12:16], "little")
        expect(not (flags & 0x20000000 and flags & 0x80000000), "%r is writable and executable" % section[:8])
        expect(start % 4096 == 0, "%r is not aligned" % section[:8])


def job_of(f):
    name = "loader/" + f.__name__.removeprefix("loader_")

    def job(report):
        wrong = ""
        with tempfile.TemporaryDirectory() as folder:
            try:
                f(folder)
            except (Failure, subprocess.CalledProcessError) as e:
                wrong = str(e)
        report.check(name, not wrong, wrong, "tests/run " + name)

    return Job(name, job, 15 if f.__name__ in SLOW else 5)


SLOW = ("loader_kernel_truncated", "loader_kernel_bit_flipped", "loader_video_modes", "loader_much_memory",
        "loader_clock_under_icount", "loader_from_shell_with_arguments")


def jobs():
    return [job_of(f) for f in TESTS]
