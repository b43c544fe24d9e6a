"""Makes a small base image with reproducible bytes.

usage: small_base.py DIR MEMBER...

DIR becomes an OCI layout of one image with one layer. A MEMBER is `d:PATH:MODE`, `l:PATH:TEXT` or
`f:PATH:MODE:TEXT`.
"""

import hashlib
import io
import json
import pathlib
import sys
import tarfile

OCI = "application/vnd.oci.image"


def add_blob(folder, kind, data):
    """Writes a blob; returns its descriptor."""
    digest = hashlib.sha256(data).hexdigest()
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    (blobs / digest).write_bytes(data)
    return {"mediaType": f"{OCI}.{kind}", "digest": f"sha256:{digest}", "size": len(data)}


def layer(members):
    """Returns a tar of the members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for member in members:
            kind, path, *rest = member.split(":", 3)
            info = tarfile.TarInfo(path)
            info.type = {"d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "f": tarfile.REGTYPE}[kind]
            if kind == "l":
                info.linkname = rest[0]
            else:
                info.mode = int(rest[0], 8)
            data = rest[1].encode() if kind == "f" else b""
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def encode(document):
    """Returns a document as JSON with sorted keys."""
    return json.dumps(document, sort_keys=True).encode()


def make(folder, members, diff_id=None, architecture="amd64"):
    """Writes the layout. The config states `diff_id`, or the correct one if that is None."""
    tar = layer(members)
    diff_id = diff_id or f"sha256:{hashlib.sha256(tar).hexdigest()}"
    config = add_blob(folder, "config.v1+json", encode({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff_id]}}))
    manifest = add_blob(folder, "manifest.v1+json", encode({
        "schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": config,
        "layers": [add_blob(folder, "layer.v1.tar", tar)]}))
    (folder / "index.json").write_bytes(encode({"schemaVersion": 2, "manifests": [manifest]}))
    (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), sys.argv[2:])
