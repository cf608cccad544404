#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for the fuzzers, made from the data of tests/: seeds.py OUTPUT_FOLDER"""
import os
import struct
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def put(folder, name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def memory_maps(out):
    """Each machine's GetMemoryMap as the firmware would give it, stride 48."""
    machines = os.path.join(TOP, "machines")
    for name in sorted(os.listdir(machines)):
        path = os.path.join(machines, name, "efi-memmap.txt")
        if not os.path.exists(path):
            continue
        data = bytes([8, 0])
        for line in open(path):
            if line.startswith("#"):
                continue
            kind, start, end, attr = line.split()
            start = int(start, 16)
            pages = 0 if end == "empty" else (int(end, 16) + 1 - start) >> 12
            attr = 0xf if attr == "?" else int(attr, 16)
            data += struct.pack("<IIQQQQQ", int(kind), 0, start, 0, pages & (2**64 - 1), attr, 0)
        put(out, name, data)
    put(out, "small", bytes([0, 1]) + b"".join(struct.pack("<IIQQQQ", k, 0, s << 12, 0, n, 0xf) for k, s, n in
                                                 [(7, 0, 256), (0, 100, 4), (9, 102, 10), (10, 90, 12), (8, 200, 1)]))


def smbios(out):
    def structure(kind, fields, *strings):
        return bytes([kind, len(fields) + 4, 0, kind]) + fields + (b"".join(s + b"\0" for s in strings) or b"\0") + b"\0"

    module = bytearray(0x22 - 4)
    struct.pack_into("<H", module, 8, 8192)
    module[0x0c:0x0f] = bytes([1, 2, 0x1a])
    table = (structure(0, bytes([1, 2, 0, 0, 3, 0]), b"Vendor", b"1.2", b"01/02/2020") +
             structure(1, bytes([1, 2, 3, 0]), b"Maker", b"Product", b"A1") +
             structure(16, bytes([3, 3, 6]) + struct.pack("<IHHQ", 0x80000000, 0, 4, 1 << 40)) +
             structure(17, bytes(module), b"DIMM 0", b"BANK 0") +
             structure(19, struct.pack("<IIHBQQ", 0xffffffff, 0xffffffff, 0, 1, 0, (8 << 30) - 1)) + structure(127, b""))
    put(out, "all", bytes(32) + table)
    entry = bytearray(b"_SM3_\0\x18\x03\x02\0\x01\0" + struct.pack("<IQ", len(table), 0xf0000) + bytes(8))
    entry[5] = -sum(entry[:24]) & 0xff
    put(out, "entry3", bytes(entry) + table)


def acpi(out):
    base = 0x1000000

    def table(sig, body):
        data = sig + struct.pack("<IB", 36 + len(body), 1) + b"\0OEMIDXTABLEIDX" + bytes(12) + body
        return data + bytes(-len(data) % 16)

    tables = [table(b"APIC", struct.pack("<II", 0xfee00000, 1) + bytes([0, 8, 0, 0, 1, 0, 0, 0]) + bytes([1, 12, 0, 0]) +
                    struct.pack("<II", 0xfec00000, 0) + bytes([2, 10, 0, 0, 2, 0, 0, 0, 0, 0])),
              table(b"MCFG", bytes(8) + struct.pack("<QHBBI", 0xb0000000, 0, 0, 255, 0)),
              table(b"HPET", struct.pack("<IIQBHB", 0, 0x40, 0xfed00000, 0, 0, 0)),
              table(b"SRAT", struct.pack("<IQ", 1, 0) + struct.pack("<BBIHQQIIQ", 1, 40, 0, 0, 0, 1 << 30, 0, 1, 0)),
              table(b"FACP", bytes(240))]
    at = base + 48 + 96
    places = []
    for t in tables:
        places.append(at)
        at += len(t)
    xsdt = table(b"XSDT", b"".join(struct.pack("<Q", p) for p in places)).ljust(96, b"\0")
    rsdp = b"RSD PTR \0OEMIDX\x02" + struct.pack("<IIQB", 0, 36, base + 48, 0) + bytes(3)
    put(out, "machine", rsdp.ljust(48, b"\0") + xsdt + b"".join(tables))


def aml(out):
    def package(op, body):
        n = len(body) + 1
        return op + (bytes([n]) if n < 64 else bytes([0x40 | (n + 1) & 15, (n + 1) >> 4])) + body

    crs = bytes([0x88, 13, 0, 2, 12, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 1]) + b"\x87\x17\0\0\x0c\x01" + struct.pack("<5I", 0, 0x80000000, 0xfeafffff, 0, 0x7eb00000)
    crs += b"\x86\x09\0\x01" + struct.pack("<II", 0xfed00000, 0x400) + b"\x79\0"
    buffer = package(b"\x11", bytes([0x0a, len(crs)]) + crs)
    device = package(b"\x5b\x82", b"PCI0" + b"\x08_HID\x0c\x41\xd0\x0a\x08" + package(b"\x14", b"_STA\0\xa4\x01") + b"\x08_CRS" + buffer)
    more = b"\x08_S5_" + package(b"\x12", b"\x02\x0a\x05\x0a\x06") + b"\x5b\x80REG_\x01\x0b\x00\x06\x0a\x04" + package(b"\x5b\x81", b"REG_\x01F000\x08")
    with open(os.path.join(TOP, "host/aml/crs.h"), encoding="ascii") as f:
        put(out, "crs", bytes(int(word, 16) for word in f.read().replace(",", " ").split() if word.startswith("0x")))
    put(out, "dsdt", package(b"\x10", b"\\_SB_" + device) + more)


def loader(out):
    header = struct.pack("<4sBBBBQHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, 0, 2, 62, 1, 0xffffffff80100010, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    loads = struct.pack("<IIQQQQQQ", 1, 5, 0x100, 0xffffffff80100000, 0, 0x40, 0x40, 4096)
    loads += struct.pack("<IIQQQQQQ", 1, 6, 0x140, 0xffffffff80101000, 0, 0x10, 0x3000, 4096)
    put(out, "elf", b"\0" + (header + loads).ljust(0x100, b"\0") + bytes(0x50))
    put(out, "config", b"\1# c\r\noptions = a=b quiet replay=x\nvideo=1024x768\nkernel=/k\ninitramfs=none\nerror_wait=3\nrecord=no\n")
    put(out, "options", b"\2" + "fs0:\\A.EFI one two".encode("utf-16-le"))
    put(out, "map", b"\3# x\n7 0000000000001000 0000000000057fff f\n0 0 empty 0\n11 00000000f80f8000 00000000f80f8fff ?\n")


def cpio(out):
    def member(name, mode, body=b""):
        head = b"070701" + b"".join(b"%08x" % v for v in (1, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0))
        data = head + name + b"\0"
        data += bytes(-len(data) % 4) + body
        return data + bytes(-len(data) % 4)

    put(out, "tree", member(b".", 0o40755) + member(b"./bin", 0o40755) + member(b"bin/init", 0o100755, b"hello") +
        member(b"link", 0o120777, b"bin/init") + member(b"TRAILER!!!", 0) + bytes(64) + member(b"second", 0o100644, b"x" * 9) + member(b"TRAILER!!!", 0))


def terminal(out):
    put(out, "ansi", b"\x20\x10\x1b[1;31mred\x1b[0m\r\n\x1b[2;5r\x1b[3;1H\x1b[L\x1b[M\x1b[4h\x1b[?1049h\x1b(0lqk\x1b(B\xe2\x94\x80\xf0\x9f\x98\x80"
        b"\x1b[?6h\x1b[6n\x1bM\x1bD\x1b7\x1b8\x1b[10@\x1b[3P\x1b[2X\x1b[5b\x1b[38;5;9m\x1b]0;t\x07\x1b[!p\x1bc")


def usb(out):
    keyboard = (bytes([9, 2, 34, 0, 1, 1, 0, 0xa0, 50, 9, 4, 0, 0, 1, 3, 1, 1, 0, 9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0, 7, 5, 0x81, 3, 8, 0, 10]))
    put(out, "config", bytes([2]) + keyboard)
    put(out, "hub-config", bytes([9, 9, 2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 2, 0, 255]))
    put(out, "device", bytes([2, 18, 1, 0, 2, 0, 0, 0, 64, 0x27, 6, 1, 0, 0, 1, 1, 2, 3, 1]))
    put(out, "hub", bytes([9, 9, 0x29, 8, 0xa9, 0, 50, 0, 0, 0xff]))
    put(out, "reports", bytes([0, 2, 0, 4, 5, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]))
    put(out, "iommu", b"\1DMAR" + bytes(44) + struct.pack("<HHIQ", 0, 16, 0, 0xfed90000))


def main():
    out = sys.argv[1]
    for name, make in (("memmap", memory_maps), ("zones", memory_maps), ("smbios", smbios), ("acpi", acpi), ("aml", aml), ("loader", loader), ("cpio", cpio), ("vt", terminal), ("usb", usb)):
        make(os.path.join(out, name))


main()
