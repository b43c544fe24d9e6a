"""Packs the rows of a manifest with Python's tarfile, like rules_pkg.

usage: tarfile_peer.py LIST OUTPUT

A row of LIST is PATH TAB CONTENT, or PATH TAB -> TAB TEXT for a link.
"""

import gzip
import sys
import tarfile


def main(listing, output):
    """Writes the archive."""
    with open(output, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive, \
            open(listing, encoding="utf-8") as rows:
        for row in rows:
            path, *rest = row.rstrip("\n").split("\t")
            info = tarfile.TarInfo(path)
            if rest[0] == "->":
                info.type, info.linkname = tarfile.SYMTYPE, rest[1]
                archive.addfile(info)
                continue
            with open(rest[0], "rb") as file:
                info.size, info.mode = file.seek(0, 2), 0o755
                file.seek(0)
                archive.addfile(info, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
