#!/usr/bin/env python3
"""Makes a small base image of Debian packages for bash, env and a Python program.

usage: make_base.py --output DIR --cache DIR [--add PACKAGE]...

DIR becomes an OCI layout with one image, `base`, of one layer. The same packages give the same
bytes.
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import platform
import shutil
import tarfile

from pytree import debs

PACKAGES = [
    "base-files", "bash", "coreutils", "libacl1", "libattr1", "libbz2-1.0", "libc6", "libcrypt1",
    "libdb5.3", "libexpat1", "libffi8", "libgcc-s1", "libgmp10", "liblzma5", "libncursesw6",
    "libpcre2-8-0", "libreadline8", "libselinux1", "libsqlite3-0", "libssl3", "libstdc++6",
    "libtinfo6", "libuuid1", "zlib1g",
]
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
ACCOUNTS = {"etc/passwd": b"root:x:0:0:root:/root:/bin/bash\n", "etc/group": b"root:x:0:\n"}
EPOCH = "1970-01-01T00:00:00Z"

# In Debian 12 these are links into usr/, but its packages still have the folders.
_MERGED = ("bin", "sbin", "lib", "lib64")
_DROPPED = tuple(f"usr/share/{folder}" for folder in (
    "bash-completion", "doc", "info", "lintian", "locale", "man"))


def make(output, cache, more=()):
    """Writes the layout to `output`, with more packages. An existing layout is replaced."""
    output = pathlib.Path(output)
    if output.exists():
        if not (output / "oci-layout").exists():
            raise SystemExit(f"make_base.py: '{output}' exists and is no OCI layout")
        shutil.rmtree(output)
    blobs = output / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    plain = _layer(_members(debs.fetch([*PACKAGES, *more], cache)))
    layer = _add_blob(blobs, "layer.v1.tar+gzip", gzip.compress(plain, compresslevel=6, mtime=0))
    config = _add_blob(blobs, "config.v1+json", _json({
        "architecture": ARCHITECTURES[platform.machine()], "os": "linux", "created": EPOCH,
        "config": {"Cmd": ["bash"],
                   "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [_digest(plain)]},
        "history": [{"created": EPOCH, "created_by": "make_base.py"}]}))
    manifest_type = "application/vnd.oci.image.manifest.v1+json"
    manifest = _add_blob(blobs, "manifest.v1+json", _json({
        "schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": [layer]}))
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "base"}
    (output / "index.json").write_bytes(_json({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest]}))
    (output / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))


def _members(packages):
    """Returns the layer's entries: {path: (tar header, bytes or None)}."""
    members = {name: (_header(name, tarfile.SYMTYPE, 0o777, f"usr/{name}"), None)
               for name in _MERGED}
    for deb in packages:
        with debs.opened(deb) as tar:
            for member in tar:
                path = _merged_path(member.name)
                if not path or path.startswith(_DROPPED):
                    continue
                data = tar.extractfile(member).read() if member.isfile() else None
                link = _merged_path(member.linkname) if member.islnk() else member.linkname
                members.setdefault(path, (_header(path, member.type, member.mode, link), data))
    for path, data in ACCOUNTS.items():
        members[path] = (_header(path, tarfile.REGTYPE, 0o644), data)
    return members


def _merged_path(name):
    """Returns the path in the image of a package's file."""
    path = name.removeprefix("./").strip("/")
    return f"usr/{path}" if path.split("/")[0] in _MERGED else path


def _header(path, kind, mode, link=""):
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.linkname = kind, mode, link
    return info


def _layer(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(members):
            info, data = members[path]
            info.size = len(data or b"")
            tar.addfile(info, io.BytesIO(data or b""))
    return buffer.getvalue()


def _add_blob(blobs, kind, data):
    """Writes a blob; returns its descriptor."""
    digest = _digest(data)
    (blobs / digest.removeprefix("sha256:")).write_bytes(data)
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest,
            "size": len(data)}


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _json(value):
    return json.dumps(value, sort_keys=True).encode()


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="layout to write")
    parser.add_argument("--cache", required=True, help="folder for downloaded packages")
    parser.add_argument("--add", action="append", default=[], help="package to add; repeatable")
    options = parser.parse_args()
    make(options.output, options.cache, options.add)


if __name__ == "__main__":
    main()
