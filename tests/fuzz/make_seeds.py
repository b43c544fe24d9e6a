"""Makes the seeds of all fuzz targets: copies those in seeds/, and generates those that are binary.

usage: make_seeds.py FOLDER

FOLDER/TARGET/NAME is a small input that exercises what its form can say.
"""

import gzip
import hashlib
import io
import json
import pathlib
import shutil
import struct
import sys
import tarfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import elf_sample  # noqa: E402  pylint: disable=wrong-import-position
from worker_protocol import work_request  # noqa: E402  pylint: disable=wrong-import-position

MOST_BYTES = 16000  # of a seed, so that there is room for changes
SEPARATOR = b"\n%%\n"  # of image_readers.cc


def member(path, data=b"", **fields):
    """Returns a member of a tar: TarInfo and content."""
    info = tarfile.TarInfo(path)
    info.size = len(data)
    info.mode = 0o755
    for name, value in fields.items():
        setattr(info, name, value)
    return info, data


def tar(members, form=tarfile.USTAR_FORMAT):
    """Returns the bytes of a tar without padding to a record."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
        end = archive.offset
    return buffer.getvalue()[:end] + bytes(1024)


def zstd(data):
    """Returns a zstd frame of raw blocks. RFC 8878, section 3.1.1."""
    frame = b"\x28\xb5\x2f\xfd\x00\x38"  # a window of 128 KiB
    return frame + struct.pack("<I", 1 | len(data) << 3)[:3] + data


def base_members():
    """Returns members of a layer with what checks look for: accounts, libraries, a loader."""
    link = {"type": tarfile.SYMTYPE}
    return [
        member("etc/", type=tarfile.DIRTYPE),
        member("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"),
        member("etc/group", b"root:x:0:\napp:x:1000:app\n"),
        member("etc/ld.so.conf", b"include /etc/ld.so.conf.d/*.conf\n"),
        member("etc/ld.so.conf.d/a.conf", b"# here\n/opt/lib\n"),
        member("lib", linkname="usr/lib", **link),
        member("lib64", linkname="usr/lib", **link),
        member("usr/lib/ld-linux-x86-64.so.2", elf_sample.elf(soname="ld-linux-x86-64.so.2")),
        member("usr/bin/env", elf_sample.elf(program=True,
                                             interpreter="/lib64/ld-linux-x86-64.so.2")),
    ]


def app_members():
    """Returns members of a layer with a program, its environment and each kind of entry."""
    site = "app/app.runfiles/_main/venv/lib/python3.11/site-packages"
    return [
        member("app/app", b"#!/usr/bin/env python3\n"),
        member("app/app.runfiles/_main/venv/pyvenv.cfg", b"home = /usr/bin\nversion = 3.11.2\n"),
        member("app/app.runfiles/_main/venv/bin/python3", type=tarfile.SYMTYPE,
               linkname="/usr/bin/python3"),
        member(f"{site}/x.so", elf_sample.elf(needed=["liby.so.1", "libz.so"],
                                              runpath="$ORIGIN/../x.libs:/opt/lib")),
        member(f"{site}/a.py", b"import os\n", mtime=7),
        member(f"{site}/__pycache__/a.cpython-311.pyc",
               struct.pack("<IIII", 0x0A0D0DA7, 0, 7, 10) + b"code"),
        member("app/b.py", type=tarfile.LNKTYPE, linkname=f"{site}/a.py"),
        member("opt/.wh.lib"),
        member("srv/.wh..wh..opq"),
        member("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("run/pipe", type=tarfile.FIFOTYPE),
    ]


def special_members():
    """Returns members that need extensions of the format: long names, extended attributes."""
    long_name = "/".join(["a" * 90, "b" * 90, "c" * 90])
    return [
        member(long_name, b"x"),
        member("link", type=tarfile.SYMTYPE, linkname=long_name),
        member("capable", b"y", pax_headers={"SCHILY.xattr.security.capability":
                                             "\x01\x00\x00\x02\x00\x04\x00\x00", "mtime": "1.5"}),
    ]


def layers():
    """Returns layers by name, plain and compressed."""
    base = tar(base_members())
    app = tar(app_members())
    return {
        "base": base,
        "app.gz": gzip.compress(app, mtime=0),
        "base.zst": zstd(base),
        "two_members.gz": gzip.compress(app[:512], mtime=0) + gzip.compress(app[512:], mtime=0),
        "pax": tar(special_members(), tarfile.PAX_FORMAT),
        "gnu": tar(special_members()[:2], tarfile.GNU_FORMAT),
        "no_entries": bytes(1024),
        "no_bytes": b"",
    }


def gzip_streams():
    """Returns gzip streams in each form of block and header; the first byte is a piece's size."""
    text = b"".join(b"line %d of a text, its sum %d\n" % (i, i * i % 97) for i in range(400))
    header = b"\x1f\x8b\x08\x1f" + bytes(6) + b"\x04\0extrname\0comment\0"  # RFC 1952, 2.3
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    trailer = struct.pack("<II", zlib.crc32(text), len(text))
    streams = {"no_bytes": gzip.compress(b"", mtime=0), "zeros": gzip.compress(bytes(300000))}
    for name, level, strategy in [("stored", 0, zlib.Z_DEFAULT_STRATEGY), ("fixed", 9, zlib.Z_FIXED),
                                  ("huffman", 9, zlib.Z_HUFFMAN_ONLY), ("runs", 9, zlib.Z_RLE),
                                  ("dynamic", 9, zlib.Z_DEFAULT_STRATEGY)]:
        packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
        blocks = packer.compress(text[:6000]) + packer.flush(zlib.Z_FULL_FLUSH)
        blocks += packer.compress(text[6000:]) + packer.flush()
        streams[name] = header + blocks + trailer
    streams["two_members"] = streams["dynamic"] + streams["fixed"]
    return {name: b"\x1f" + data for name, data in streams.items()}


def dump(value):
    """Returns a document as bytes."""
    return json.dumps(value).encode()


def digest(data):
    """Returns the digest of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config(*diff_ids):
    """Returns an image's config."""
    return {"architecture": "amd64", "os": "linux",
            "config": {"Entrypoint": ["/app/app"], "Env": ["PATH=/usr/bin", "A=$PATH"],
                       "User": "app", "WorkingDir": "/app"},
            "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
            "history": [{"created_by": "x"}, {"created_by": "y", "empty_layer": True}]}


def docker_archives():
    """Returns archives as `docker save` writes them."""
    base, app = tar(base_members()[:4]), tar(app_members()[:4])
    text = dump(config(digest(base), digest(app)))
    manifest = [{"Config": "c.json", "Layers": ["base.tar", "x/layer.tar"],
                 "RepoTags": ["app:1"]}]
    plain = tar([
        member("manifest.json", dump(manifest)),
        member("c.json", text),
        member("base.tar", base),
        member("app.tar", app),
        member("x/layer.tar", type=tarfile.SYMTYPE, linkname="../app.tar"),
    ])
    return {"plain": plain, "packed.gz": gzip.compress(plain, mtime=0), "packed.zst": zstd(plain)}


def descriptor(kind, size, name, **fields):
    """Returns a descriptor of an OCI type."""
    return {"mediaType": f"application/vnd.oci.image.{kind}", "size": size, "digest": name,
            **fields}


def oci_archives():
    """Returns an OCI layout in a tar."""
    base = tar(base_members()[:4])
    text = dump(config(digest(base)))
    manifest = dump({"schemaVersion": 2,
                     "config": descriptor("config.v1+json", len(text), digest(text)),
                     "layers": [descriptor("layer.v1.tar", len(base), digest(base))]})
    index = {"schemaVersion": 2,
             "manifests": [descriptor("manifest.v1+json", len(manifest), digest(manifest))]}
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": dump(index)}
    for blob in (base, text, manifest):
        files["blobs/sha256/" + digest(blob).removeprefix("sha256:")] = blob
    return {"plain": tar([member(*file) for file in files.items()])}


def numbered(text):
    """Puts the mark "#N" of a size, a text in JSON, where a number belongs."""
    for number in range(9):
        text = text.replace(b'"#%d"' % number, b"#%d" % number)
    return text


def images():
    """Returns layouts in parts; image_readers.cc has the form."""
    parts = [layers()[name] for name in ("base", "app.gz", "gnu")]
    kinds = ["layer.v1.tar", "layer.v1.tar+gzip", "layer.v1.tar"]
    documents = [
        {"schemaVersion": 2, "manifests": [
            descriptor("manifest.v1+json", "#1", "@1",
                       platform={"os": "linux", "architecture": "amd64"},
                       annotations={"org.opencontainers.image.ref.name": "app"})]},
        {"schemaVersion": 2, "config": descriptor("config.v1+json", "#2", "@2"),
         "layers": [descriptor(kind, f"#{i}", f"@{i}") for i, kind in enumerate(kinds, start=3)],
         "annotations": {"dev.veneer.base.layers": "1"}},
        config("~3", "~4", "~5"),
    ]
    return {"three_layers": SEPARATOR.join([numbered(dump(one)) for one in documents] + parts)}


def elf_files():
    """Returns ELF files of both classes."""
    every = {"soname": "libx.so.1", "needed": ["liby.so", "libz.so.2"], "runpath": "$ORIGIN/../lib",
             "rpath": "/opt/lib", "interpreter": "/lib64/ld-linux-x86-64.so.2"}
    files = {machine: elf_sample.elf(machine=machine, **every) for machine in elf_sample.MACHINES}
    files["program"] = elf_sample.elf(program=True, interpreter="/lib/ld.so")
    return files


def pyc_files():
    """Returns .pyc files: checked by time, and by hash."""
    return {"by_time.pyc": struct.pack("<IIII", 0x0A0D0DA7, 0, 7, 10),
            "by_hash.pyc": struct.pack("<IIQ", 0x0A0D0DA7, 3, 99), "program": elf_files()["program"]}


def indexes():
    """Returns indexes of a store, whose magic and checksum the target puts in."""
    sizes = (112, 64, 96, 272, 64, 88, 80)  # of records, layer/store/index_records.h
    one = bytes(16) + struct.pack("=7Q", *[1] * 7) + bytes(8) + bytes(range(256)) * 4
    return {"one_of_each": one[:80 + sum(sizes)].ljust(80 + sum(sizes), b"\1"),
            "no_records": bytes(80), "short": b"veneer index 2\n"}


def memo_text(text):
    """Returns a text of a memo: layer/store/memo.h."""
    return struct.pack("=Q", len(text)) + text + bytes(-len(text) % 8)


def probe_memos():
    """Returns a memo of three files: a script, a .pyc and an ELF file."""
    numbers = lambda *values: struct.pack(f"={len(values)}Q", *values)  # noqa: E731
    script = memo_text(b"bin/x") + numbers(1, 2, 3, 4, 5) + memo_text(b"#!/bin/sh") + numbers(0, 0)
    pyc = memo_text(b"a.pyc") + numbers(*range(5)) + memo_text(b"") + numbers(1, 0, 7, 10, 0)
    elf = (memo_text(b"x.so") + numbers(*range(5)) + memo_text(b"") + numbers(0, 1, 62, 1, 0, 0, 1)
           + memo_text(b"") + memo_text(b"x.so.1") + numbers(1) + memo_text(b"liby.so") + numbers(0)
           + numbers(1) + memo_text(b"$ORIGIN") + numbers(99) + memo_text(b""))
    return {"three_files": script + pyc + elf}


def plans():
    """Returns the smaller golden plans, without the warnings that come before them."""
    texts = {path.stem: path.read_bytes() for path in (HERE.parent / "golden").glob("*.plan")}
    texts = {name: text[text.find(b"veneer plan"):] for name, text in texts.items()}
    return {name: text for name, text in texts.items() if len(text) < MOST_BYTES}


def requests():
    """Returns streams of a worker's requests."""
    layer = work_request(["layer", "@x.params"], [("x.params", "YWJj"), ("y", "")], number=1)
    return {"three": layer + work_request(number=1, cancel=True) + work_request(sandbox="__sandbox/1")}


def generated():
    """Returns the seeds that are not files: by target, then by name."""
    return {"docker_archive": docker_archives(), "elf": elf_files(), "image": images(),
            "gzip": gzip_streams(), "layer": layers(), "oci_archive": oci_archives(), "plan": plans(),
            "probe_memo": probe_memos(), "probed_files": pyc_files(), "store_index": indexes(),
            "work_requests": requests()}


def make(folder):
    """Writes all seeds below a folder."""
    folder = pathlib.Path(folder)
    shutil.copytree(HERE / "seeds", folder, dirs_exist_ok=True)
    for target, seeds in generated().items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / target / name).write_bytes(data)


if __name__ == "__main__":
    make(sys.argv[1])
