# SPDX-License-Identifier: MIT
"""Turns a screendump back into text: every cell must be exactly a glyph of the console font, scaled by a whole number.

The glyphs are read from Debian's PSF files here, not from the kernel's copy of them."""
import glob
import gzip
import os
import struct

FONTS = os.environ.get("CONSOLE_FONTS", "/usr/share/consolefonts")


class Font:
    """A PSF font: width, height, and the character of each bitmap (a tuple of row integers)."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        with gzip.open(path) as f:
            data = f.read()
        if data[:2] == b"\x36\x04":
            self._psf1(data)
        elif data[:4] == b"\x72\xb5\x4a\x86":
            self._psf2(data)
        else:
            raise ValueError(f"{path} is no PSF font")

    def _psf1(self, data):
        mode, self.height = data[2], data[3]
        self.width, count = 8, 512 if mode & 1 else 256
        glyphs = self._rows(data[4:4 + count * self.height], count)
        words = struct.unpack(f"<{(len(data) - 4 - count * self.height) // 2}H", data[4 + count * self.height:])
        tables, now, sequence = [[]], 0, False
        for word in words:
            if word == 0xffff:
                tables.append([])
                sequence = False
            elif word == 0xfffe:
                sequence = True
            elif not sequence:
                tables[-1].append(chr(word))
        self._map(glyphs, tables)

    def _psf2(self, data):
        _, _, header, _, count, size, self.height, self.width = struct.unpack("<8I", data[:32])
        glyphs = self._rows(data[header:header + count * size], count)
        tables = [entry.split(b"\xfe")[0].decode("utf-8") for entry in data[header + count * size:].split(b"\xff")]
        self._map(glyphs, tables)

    def _rows(self, data, count):
        bytes_per_row = (self.width + 7) // 8
        shift = bytes_per_row * 8 - self.width
        size = bytes_per_row * self.height
        return [tuple(int.from_bytes(data[g * size + y * bytes_per_row:g * size + (y + 1) * bytes_per_row], "big") >> shift
                      for y in range(self.height)) for g in range(count)]

    def _map(self, glyphs, tables):
        self.char_of, self.glyph_of = {}, {}
        for glyph, chars in zip(glyphs, tables):
            for c in chars:
                self.glyph_of.setdefault(c, glyph)
                if glyph not in self.char_of or c.isascii():
                    self.char_of[glyph] = c
        blank = tuple([0] * self.height)
        self.char_of[blank] = " "
        self.full = (1 << self.width) - 1

    def canonical(self, text):
        """The text as the screen can tell it: look-alikes become one character, unknown ones a question mark's glyph."""
        return "".join(self.char_of[self.glyph_of.get(c, self.glyph_of["?"])] for c in text)

    def read(self, rows):
        """The character of a bitmap, or of its inverse (a cursor, a reversed cell); None when it is neither."""
        char = self.char_of.get(rows)
        if char is None:
            char = self.char_of.get(tuple(r ^ self.full for r in rows))
        return char


def fonts():
    names = ["Uni2-Terminus12x6", "Uni2-Terminus16", "Uni2-Terminus20x10", "Uni2-Terminus24x12", "Uni2-Terminus28x14",
             "Uni2-Terminus32x16"]
    return [Font(p) for n in names for p in glob.glob(os.path.join(FONTS, n + ".psf.gz"))]


def cell(pixels, width, x, y, font, scale):
    """Two-colour bitmap of the cell whose corner is (x, y): a tuple of rows, or None."""
    rows, first = [], None
    colours = {}
    for line in range(font.height):
        start = ((y + line * scale) * width + x) * 3
        strip = pixels[start:start + font.width * scale * 3]
        for again in range(1, scale):
            other = start + again * width * 3
            if pixels[other:other + len(strip)] != strip:
                return None
        bits = 0
        for column in range(font.width):
            pixel = strip[column * scale * 3:column * scale * 3 + 3]
            if scale > 1 and strip[column * scale * 3:(column + 1) * scale * 3] != pixel * scale:
                return None
            if pixel not in colours:
                if len(colours) == 2:
                    return None
                colours[pixel] = len(colours)
            bits = bits << 1 | colours[pixel]
        rows.append(bits)
    return tuple(rows)


def read_text(dump, font, scale, left, top):
    """(lines, cells that are no glyph)"""
    width, height, pixels = dump
    bad, lines, seen = 0, [], {}
    for y in range(top, height - font.height * scale + 1, font.height * scale):
        line = ""
        for x in range(left, width - font.width * scale + 1, font.width * scale):
            rows = cell(pixels, width, x, y, font, scale)
            char = seen.get(rows)
            if char is None and rows is not None:
                char = seen[rows] = font.read(rows)
            if char is None:
                bad += 1
                char = "\ufffd"
            line += char
        lines.append(line.rstrip())
    return lines, bad


def recognise(dump):
    """Finds font, scale and offset of a console's screen: (lines, font, scale, bad cells), the best that fits."""
    width, height, _ = dump
    best = None
    for font in fonts():
        for scale in range(1, 9):
            w, h = font.width * scale, font.height * scale
            if width // w < 20 or height // h < 8:
                continue
            left, top = (width % w // 2) & ~1, height % h // 2
            lines, bad = read_text(crop(dump, h * 3 + top), font, scale, left, top)
            if bad * 50 > 3 * (width // w):
                continue
            lines, bad = read_text(dump, font, scale, left, top)
            text = sum(len(line.replace(" ", "")) for line in lines) - bad * 10
            if best is None or text > best[0]:
                best = (text, lines, font, scale, bad)
    if best is None:
        raise ValueError("the screen holds no text in a known font")
    return best[1:]


def crop(dump, rows):
    width, height, pixels = dump
    rows = min(rows, height)
    return width, rows, pixels[:rows * width * 3]
