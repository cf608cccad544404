# SPDX-License-Identifier: MIT
"""Machines for tests: tools/vmrun for programs, and Machine for everything that needs QEMU's monitor."""
import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
OVMF = os.environ.get("OVMF", "/usr/share/ovmf/OVMF.fd")
QEMU = os.environ.get("QEMU", "qemu-system-x86_64")
# Time limits are there for machines that hang; a busy host must not reach them.
PATIENCE = float(os.environ.get("ATLAS_PATIENCE", "5"))


def run(argv, timeout=300, **kwargs):
    """Runs a command; a CompletedProcess with bytes. A time-out gives returncode 124 and what came so far."""
    try:
        return subprocess.run(argv, timeout=timeout, capture_output=True, cwd=TOP, stdin=subprocess.DEVNULL, **kwargs)
    except subprocess.TimeoutExpired as e:
        return subprocess.CompletedProcess(argv, 124, e.stdout or b"", e.stderr or b"")


def vmrun(*args, timeout=120, exact=False):
    """tools/vmrun with these arguments; also returns the command for people. exact: the time-out is what is tested."""
    timeout = timeout if exact else int(timeout * PATIENCE)
    # TCG, whatever the machine has: what is tested is the same everywhere.
    argv = [os.path.join(TOP, "tools/vmrun"), "--accel", "tcg", "--timeout", str(timeout), *map(str, args)]
    done = run(argv, timeout=timeout + 30, env={**os.environ, "ATLAS_BUILT": "1"})
    return done, "tools/vmrun " + shlex.join(map(str, args))


def scratch(name):
    """An empty directory of that name under build/test."""
    path = os.path.join(BUILD, "test", name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def sealed_kernel():
    sealed = os.path.join(BUILD, "esp/atlas/kernel.elf")
    return sealed if os.path.exists(sealed) else os.path.join(BUILD, "kernel.elf")


def make_stick(path, options, kernel=None, loader=None, initramfs=None, config=None, loader_options=""):
    """A FAT superfloppy as tools/vmrun makes it. None: the build's file; False: leave it out.

    loader_options: more lines of boot.cfg."""
    files = {
        "::/EFI/BOOT/BOOTX64.EFI": os.path.join(BUILD, "loader.efi") if loader is None else loader,
        "::/atlas/kernel.elf": sealed_kernel() if kernel is None else kernel,
        "::/atlas/initramfs.cpio": os.path.join(BUILD, "initramfs.cpio") if initramfs is None else initramfs,
    }
    if config is None:
        config = path + ".cfg"
        with open(config, "w", encoding="ascii") as f:
            f.write(f"record=no\noptions={options}\n{loader_options}\n")
    files["::/atlas/boot.cfg"] = config
    files = {to: host for to, host in files.items() if host}
    size = (sum(os.path.getsize(f) for f in files.values()) * 17 // 16 + (4 << 20)) >> 20 << 20
    with open(path, "wb") as f:
        f.truncate(size)
    subprocess.run(["mformat", "-i", path, "-T", str(size // 512), "-h", "16", "-s", "32", "::"], check=True)
    subprocess.run(["mmd", "-i", path, "::/EFI", "::/EFI/BOOT", "::/atlas"], check=True)
    for to, host in files.items():
        subprocess.run(["mcopy", "-i", path, host, to], check=True)
    return path


class Machine:
    """One QEMU with its monitor. Use as a context manager; it ends with the block.

    stick: an image; COM1 goes to a file, see text()."""

    def __init__(self, stick, memory="1G", cpu="max", machine="q35", display=(), args=(), serial=True):
        self.dir = tempfile.mkdtemp(prefix="atlas-test-")
        self.said = bytearray()
        self.spoke = time.monotonic()
        self.serial = serial
        self.argv = [QEMU, "-machine", f"{machine},accel=tcg,memory-backend=ram",
                     "-object", f"memory-backend-ram,id=ram,size={memory},reserve=off", "-m", memory, "-cpu", cpu,
                     "-bios", OVMF, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
                     "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                     "-qmp", f"unix:{self.dir}/qmp,server=on,wait=off"]
        if serial:
            # FIFOs, emptied by a thread: neither a socket's small buffer nor a slow reader may hold the guest up.
            os.mkfifo(f"{self.dir}/com1.in")
            os.mkfifo(f"{self.dir}/com1.out")
            self.argv += ["-chardev", f"pipe,id=com1,path={self.dir}/com1", "-serial", "chardev:com1"]
        if stick:
            self.argv += ["-drive", f"if=none,id=stick,format=raw,cache=unsafe,snapshot=on,file={stick}",
                          "-device", "virtio-blk-pci,drive=stick,bootindex=0"]
        self.argv += [*display, *args]
        self.process = None
        self.qmp = None

    def repro(self):
        return shlex.join(self.argv)

    def _listen(self):
        with open(f"{self.dir}/com1.out", "rb", buffering=0) as f:
            while data := f.read(65536):
                self.said += data
                self.spoke = time.monotonic()

    def __enter__(self):
        if self.serial:
            self.listener = threading.Thread(target=self._listen, daemon=True)
            self.listener.start()
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=open(os.path.join(self.dir, "stderr"), "wb"))
        end = time.monotonic() + 20 * PATIENCE
        while True:
            try:
                self.qmp = socket.socket(socket.AF_UNIX)
                self.qmp.connect(f"{self.dir}/qmp")
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    with open(os.path.join(self.dir, "stderr"), encoding="utf-8") as f:
                        raise RuntimeError("QEMU did not start: " + f.read()) from None
                time.sleep(0.05)
        self.stream = self.qmp.makefile("rw", encoding="utf-8")
        self.stream.readline()
        self.command("qmp_capabilities")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.serial:
            os.close(os.open(f"{self.dir}/com1.out", os.O_RDWR | os.O_NONBLOCK)) # if QEMU never opened it
            self.listener.join(5)
        self.qmp.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def command(self, name, **arguments):
        self.stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            try:
                line = self.stream.readline()
            except ConnectionError:
                line = ""
            if not line:
                raise RuntimeError("QEMU has ended")
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def monitor(self, line):
        return self.command("human-monitor-command", **{"command-line": line})

    def type(self, text):
        """Types on the PS/2 keyboard: lower-case letters, digits and a few marks."""
        names = {" ": "spc", "\n": "ret", "/": "slash", "-": "minus", ".": "dot"}
        for c in text:
            self.monitor(f"sendkey {names.get(c, c)}")
            time.sleep(0.1)

    def send(self, data):
        """Types on the serial console."""
        with open(f"{self.dir}/com1.in", "wb", buffering=0) as f:
            for byte in data: # as fast as a person with ten hands: the guest's buffer is 16 bytes
                f.write(bytes([byte]))
                time.sleep(0.005)

    def text(self):
        """What COM1 has said so far."""
        return self.said.decode("utf-8", errors="replace")

    def wait_for(self, condition, seconds):
        """Waits until condition() holds; False at the time-out or when QEMU ends without it."""
        end = time.monotonic() + seconds * PATIENCE
        while not condition():
            if time.monotonic() > end or self.process.poll() is not None:
                return condition()
            time.sleep(0.1)
        return True

    def wait_text(self, wanted, seconds=60):
        """Waits until COM1 has said `wanted`."""
        return self.wait_for(lambda: wanted in self.text(), seconds)

    def quiet(self, seconds):
        """Has COM1 said nothing for so long?"""
        return time.monotonic() - self.spoke > seconds

    def wait_end(self, seconds=60):
        """QEMU's exit status, or None when it still runs."""
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    def read_physical(self, address, size):
        path = os.path.join(self.dir, "memory")
        self.command("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as f:
            return f.read()

    def screendump(self):
        """(width, height, RGB bytes) of the screen."""
        path = os.path.join(self.dir, "screen.ppm")
        self.command("screendump", filename=path)
        return read_ppm(path)


def read_ppm(path):
    with open(path, "rb") as f:
        data = f.read()
    fields, at = [], 0
    while len(fields) < 4:
        end = at
        while data[end] not in b" \t\r\n":
            end += 1
        fields.append(data[at:end])
        at = end + 1
    if fields[0] != b"P6" or fields[3] != b"255":
        raise ValueError(f"{path}: not a PPM of 8-bit RGB")
    return int(fields[1]), int(fields[2]), data[at:]
