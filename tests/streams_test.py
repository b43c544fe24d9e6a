"""Layers whose compressed streams engines read in their own way, or not at all, are refused.

usage: streams_test.py VENEER
"""

import gzip
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

import made_images
import program
from made_images import member, sha256

TAR = made_images.tar([member("a", "content" * 100)])
FEXTRA, FNAME, FCOMMENT, FHCRC = 4, 8, 16, 2
REFUSED_BY_GO = "512 bytes or more, which Go's gzip, and so container engines, refuse"


def gzip_member(flags=0, fields=b"", crc_change=0):
    """Returns the tar as a gzip member whose header has these flags and optional fields."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\x00\xff" + fields
    if flags & FHCRC:
        header += struct.pack("<H", (zlib.crc32(header) + crc_change) & 0xffff)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (header + packer.compress(TAR) + packer.flush() +
            struct.pack("<II", zlib.crc32(TAR), len(TAR)))


def skippable(data=b"text", number=0):
    """Returns a skippable frame of zstd: RFC 8878, section 3.1.2."""
    return struct.pack("<II", 0x184D2A50 + number, len(data)) + data


def zstd_stored(data, window_log=20):
    """Returns a zstd frame of one stored block: RFC 8878, section 3.1.1."""
    return (b"\x28\xb5\x2f\xfd\x00" + bytes([window_log - 10 << 3]) +
            struct.pack("<I", len(data) << 3 | 1)[:3] + data)


GZIP_CASES = {  # name: (stored, part of the message; none: it is read)
    "name-511": (gzip_member(FNAME, b"n" * 511 + b"\0"), None),
    "name-512": (gzip_member(FNAME, b"n" * 512 + b"\0"), f"a file name of {REFUSED_BY_GO}"),
    "name-70000": (gzip_member(FNAME, b"n" * 70000 + b"\0"), f"a file name of {REFUSED_BY_GO}"),
    "latin-1": (gzip_member(FNAME, b"\xe4\xff\0"), None),
    "comment-511": (gzip_member(FCOMMENT, b"n" * 511 + b"\0"), None),
    "comment-512": (gzip_member(FCOMMENT, b"n" * 512 + b"\0"), f"a comment of {REFUSED_BY_GO}"),
    "both": (gzip_member(FNAME | FCOMMENT, b"n" * 511 + b"\0" + b"c" * 511 + b"\0"), None),
    "extra": (gzip_member(FEXTRA, b"\xff\xff" + b"x" * 65535), None),
    "header-crc": (gzip_member(FEXTRA | FNAME | FCOMMENT | FHCRC, b"\x02\0xx" b"n\0" b"c\0"), None),
    "wrong-header-crc": (gzip_member(FNAME | FHCRC, b"n\0", 1), "wrong gzip checksum or length"),
    "no-method": (b"\x1f\x8b\x07" + gzip_member()[3:], "unknown gzip method"),
    "second-name-512": (gzip.compress(b"", mtime=0) + gzip_member(FNAME, b"n" * 512 + b"\0"),
                        f"a file name of {REFUSED_BY_GO}"),
    "trailing-zeros": (gzip_member() + bytes(512), "no gzip header where a member begins"),
    "trailing-text": (gzip_member() + b"garbage behind it", "no gzip header where a member begins"),
    "trailing-half-header": (gzip_member() + b"\x1f\x8b\x08", "is cut short"),
    "two-members": (gzip_member() + gzip.compress(b"", mtime=0), None),
}
ZSTD_CASES = {
    "one-frame": (zstd_stored(TAR), None),
    "skippable-behind": (zstd_stored(TAR) + skippable(), None),
    "skippable-first": (skippable() + zstd_stored(TAR), "begins with a skippable frame of zstd"),
    "skippable-15-first": (skippable(b"", 15) + zstd_stored(TAR), "begins with a skippable frame"),
    "window-27": (zstd_stored(TAR, 27), None),
    "window-28": (zstd_stored(TAR, 28),
                  "has a zstd frame with a window of more than 128 MiB, the limit of veneer and of "
                  "zstd itself"),
    "old-format-behind": (zstd_stored(TAR) + b"\x27\xb5\x2f\xfd" + bytes(20),
                          "no zstd header where a frame begins"),
    "zeros-behind": (zstd_stored(TAR) + bytes(512), "no zstd header where a frame begins"),
}
PLAIN_CASES = {
    "skippable": (made_images.tar([member("P*M\x18", "x")]), "begins with a skippable frame"),
    "bzip2": (made_images.tar([member("BZh", "x")]), "begins as bzip2 does"),
    "gzip-in-a-name": (TAR, None),
}


class StoredImage(made_images.Image):
    """An image of one layer that is stored as these bytes."""

    def __init__(self, stored, kind, tar):
        self.stored, self.kind = stored, kind
        super().__init__([tar])

    def add(self, kind, data):
        if kind == "layer.v1.tar+gzip":
            kind, data = self.kind, self.stored
        return super().add(kind, data)


class Streams(unittest.TestCase):
    """Each case is a layer's stored bytes."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)

    def run_veneer(self, *arguments):
        """Runs a command in the folder."""
        return subprocess.run([program.VENEER, *arguments], cwd=self.top, capture_output=True,
                              text=True, check=False, timeout=60)

    def check(self, cases, kind, tar=TAR):
        """Every command that reads layers refuses the layer, at its blob, with the message."""
        for name, (stored, message) in cases.items():
            with self.subTest(name):
                image = StoredImage(stored, kind, tar or stored)
                image.layout(self.top / name)
                blob = f"{name}/blobs/sha256/{sha256(stored)[7:]}"
                for command in (["verify", f"oci:{name}"], ["inspect", "--no-store", f"oci:{name}"],
                                ["convert", "-q", "--no-store", f"oci:{name}", f"oci:{name}.out"]):
                    done = self.run_veneer(*command)
                    if message is None:
                        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
                        continue
                    self.assertEqual(done.returncode, 1, command)
                    self.assertTrue(done.stderr.startswith(f"{blob}: error: "), done.stderr)
                    self.assertIn(message, done.stderr)

    def test_gzip(self):
        self.check(GZIP_CASES, "layer.v1.tar+gzip")

    def test_zstd(self):
        self.check(ZSTD_CASES, "layer.v1.tar+zstd")

    def test_plain(self):
        self.check(PLAIN_CASES, "layer.v1.tar", None)


if __name__ == "__main__":
    program.main()
