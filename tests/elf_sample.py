"""Writes tiny ELF files with the dynamic section of real ones, without a compiler.

usage: elf_sample.py FILE [--machine x86-64|aarch64|i386] [--program] [--soname NAME]
                     [--needed NAME]... [--runpath PATH | --rpath PATH] [--interpreter PATH]

The file is a shared object or a program with one PT_LOAD segment over the whole file and a dynamic
section. It has no code, because the checks read only headers and the dynamic section.
"""

import argparse
import pathlib
import struct

MACHINES = {"x86-64": (62, 64), "aarch64": (183, 64), "i386": (3, 32)}
ET_EXEC, ET_DYN = 2, 3
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NULL, DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_SONAME, DT_RPATH, DT_RUNPATH = 0, 1, 5, 10, 14, 15, 29


class _Strings:
    """A string table."""

    def __init__(self):
        self.data = b"\0"

    def add(self, text):
        """Adds a text; returns its offset."""
        offset = len(self.data)
        self.data += text.encode() + b"\0"
        return offset


def elf(machine="x86-64", program=False, soname=None, needed=(), runpath=None, rpath=None,
        interpreter=None):
    """Returns the bytes of an ELF file. System V ABI, "ELF Header" to "Dynamic Section"."""
    number, bits = MACHINES[machine]
    strings = _Strings()
    entries = [(DT_NEEDED, strings.add(name)) for name in needed]
    for tag, text in ((DT_SONAME, soname), (DT_RUNPATH, runpath), (DT_RPATH, rpath)):
        if text is not None:
            entries.append((tag, strings.add(text)))
    word, header_size, segment_size = ("Q", 64, 56) if bits == 64 else ("I", 52, 32)
    count = 2 + (interpreter is not None)
    entry_format = f"<2{word}"
    text_at = header_size + count * segment_size
    path = (interpreter or "").encode() + b"\0"
    strings_at = text_at + len(path)
    dynamic_at = -(-(strings_at + len(strings.data)) // 8) * 8
    entries += [(DT_STRTAB, strings_at), (DT_STRSZ, len(strings.data)), (DT_NULL, 0)]
    dynamic = b"".join(struct.pack(entry_format, *entry) for entry in entries)
    size = dynamic_at + len(dynamic)
    segments = [(PT_LOAD, 0, size), (PT_DYNAMIC, dynamic_at, len(dynamic))]
    if interpreter is not None:
        segments.append((PT_INTERP, text_at, len(path)))
    data = _header(number, bits, ET_EXEC if program else ET_DYN, header_size, segment_size, count)
    data += b"".join(_segment(bits, *segment) for segment in segments)
    data += path + strings.data
    return data.ljust(dynamic_at, b"\0") + dynamic


def _header(machine, bits, kind, header_size, segment_size, count):
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1]) + bytes(9)
    addresses = "QQQ" if bits == 64 else "III"
    return ident + struct.pack(f"<HHI{addresses}IHHHHHH", kind, machine, 1, 0, header_size, 0, 0,
                               header_size, segment_size, count, 0, 0, 0)


def _segment(bits, kind, offset, size):
    if bits == 64:
        return struct.pack("<IIQQQQQQ", kind, 4, offset, offset, offset, size, size, 8)
    return struct.pack("<IIIIIIII", kind, offset, offset, offset, size, size, 4, 8)


def write(path, **facts):
    """Writes an ELF file and its parent directories; returns the path."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(elf(**facts))
    path.chmod(0o755)
    return path


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--machine", default="x86-64", choices=MACHINES)
    parser.add_argument("--program", action="store_true")
    parser.add_argument("--needed", action="append", default=[])
    for text in ("--soname", "--runpath", "--rpath", "--interpreter"):
        parser.add_argument(text)
    options = vars(parser.parse_args())
    write(options.pop("file"), **options)


if __name__ == "__main__":
    main()
