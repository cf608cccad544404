# SPDX-License-Identifier: MIT
"""The loader started by other boot managers, from a volume that is theirs too: GRUB (its options arrive) and rEFInd.

rEFInd is not in tools/setup: Debian's package writes to the machine's own EFI partition when it is installed. The job
takes refind_x64.efi from REFIND, or from where the package puts it, and is left out otherwise."""
import os
import subprocess
import tempfile

from cases.loader import VGA, Boot, Failure, Stick
from harness.jobs import Job

GRUB_MODULES = ["part_gpt", "fat", "chain", "echo", "boot", "test"]
REFIND = os.environ.get("REFIND", "/usr/share/refind/refind/refind_x64.efi")
REFIND_CONF = """timeout 1
textonly true
scanfor manual
menuentry Atlas {
	loader /atlas/loader.efi
	options "one two=3"
}
"""


def grub_image(folder):
    """GRUB as one EFI program whose built-in script starts the loader with options."""
    config, image = os.path.join(folder, "grub.cfg"), os.path.join(folder, "grub.efi")
    with open(config, "w", encoding="ascii") as f:
        f.write("chainloader /atlas/loader.efi one two=3\nboot\n")
    subprocess.run(["grub-mkimage", "-O", "x86_64-efi", "-p", "/", "-c", config, "-o", image, *GRUB_MODULES], check=True,
                   capture_output=True)
    with open(image, "rb") as f:
        return f.read()


def refind_image(folder):
    with open(REFIND, "rb") as f:
        return f.read()


def started_by(name, image, needs, extra):
    def job(report):
        if not needs():
            report.skip(f"chain/{name}", "not installed")
            return
        with tempfile.TemporaryDirectory() as folder:
            stick = Stick(folder, loader_at="atlas/loader.efi", extra={"EFI/BOOT/BOOTX64.EFI": image(folder), **extra})
            m = Boot(stick.image, args=VGA)
            try:
                handed = m.handed()
            except Failure as e:
                report.fail(f"chain/{name}", f"{e}\n{m.plain[-2000:]}", f"tests/run chain/{name}")
                return
            report.check(f"chain/{name}/options", handed["cmdline"] == "a=b one two=3", handed["cmdline"], f"tests/run chain/{name}")
            report.check(f"chain/{name}/files", handed["initramfs"] == 5000, str(handed), f"tests/run chain/{name}")

    return Job(f"chain/{name}", job, 8)


def jobs():
    def grub():
        return os.path.exists("/usr/lib/grub/x86_64-efi/chain.mod")

    return [started_by("grub", grub_image, grub, {}),
            started_by("refind", refind_image, lambda: os.path.exists(REFIND), {"EFI/BOOT/refind.conf": REFIND_CONF})]
