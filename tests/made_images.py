"""Makes images of any layers with Python's tarfile, and says what a container of them would see.

The second part is a model of its own: it knows nothing of veneer.
"""

import gzip
import hashlib
import io
import json
import tarfile

OCI = "application/vnd.oci.image"
TYPES = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink",
         tarfile.LNKTYPE: "hardlink", tarfile.CHRTYPE: "character-device",
         tarfile.BLKTYPE: "block-device", tarfile.FIFOTYPE: "pipe"}


def sha256(data):
    """Returns the digest as OCI writes it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def member(path, data=None, link=None, *, kind=None, mode=None, uid=0, gid=0, mtime=0, xattrs=None,
           device=(0, 0)):
    """Returns (TarInfo, content): a file with `data`, a symlink with `link`, else a directory."""
    info = tarfile.TarInfo(path)
    info.type = kind or (tarfile.REGTYPE if data is not None else
                         tarfile.SYMTYPE if link is not None else tarfile.DIRTYPE)
    is_folder = info.type == tarfile.DIRTYPE
    info.mode = mode if mode is not None else 0o755 if is_folder else 0o644
    if link is not None:
        info.linkname = link
        if info.type == tarfile.SYMTYPE:
            info.mode = 0o777
    data = data.encode() if isinstance(data, str) else data or b""
    info.size = len(data)
    info.uid, info.gid, info.mtime = uid, gid, mtime
    info.devmajor, info.devminor = device
    for name, value in (xattrs or {}).items():
        info.pax_headers[f"SCHILY.xattr.{name}"] = value
    return info, data


def hardlink(path, target):
    """Returns a hardlink to a member or to a file of a layer below."""
    return member(path, link=target, kind=tarfile.LNKTYPE)


def whiteout(path):
    """Returns the mark that hides a path of the layers below."""
    folder, _, name = path.rpartition("/")
    return member(f"{folder}/.wh.{name}" if folder else f".wh.{name}", "")


def opaque(path):
    """Returns the mark that hides all that the layers below have in a directory."""
    return member(f"{path}/.wh..wh..opq", "")


def tar(members, form=tarfile.PAX_FORMAT):
    """Returns a layer's tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return buffer.getvalue()


class Image:
    """Documents and blobs of an image; layers are tars, stored with gzip at `level` or plain."""

    def __init__(self, layers, config=None, level=6, history=None, annotations=None):
        self.tars = layers
        self.blobs = {}
        kind = "layer.v1.tar" if level is None else "layer.v1.tar+gzip"
        self.layers = [self.add(kind, data if level is None else gzip.compress(data, level, mtime=0))
                       for data in layers]
        document = {"architecture": "amd64", "os": "linux", "created": "2026-01-02T03:04:05Z",
                    "config": config or {},
                    "rootfs": {"type": "layers", "diff_ids": [sha256(data) for data in layers]}}
        if history:
            document["history"] = history
        self.config = self.add("config.v1+json", json.dumps(document).encode())
        manifest = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
                    "config": self.config, "layers": self.layers}
        if annotations:
            manifest["annotations"] = annotations
        self.manifest = self.add("manifest.v1+json", json.dumps(manifest).encode())

    def add(self, kind, data):
        """Keeps a blob; returns its descriptor."""
        self.blobs[sha256(data)] = data
        return {"mediaType": f"{OCI}.{kind}", "digest": sha256(data), "size": len(data)}

    def files(self, tag=None):
        """Returns the files of an OCI layout."""
        entry = dict(self.manifest)
        if tag:
            entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
                 "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()}
        for digest, data in self.blobs.items():
            files["blobs/sha256/" + digest.partition(":")[2]] = data
        return files

    def layout(self, folder, tag=None):
        """Writes an OCI layout."""
        for path, data in self.files(tag).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)

    def add_to_layout(self, folder, tag):
        """Writes it into an OCI layout beside the images that are there."""
        index = folder / "index.json"
        before = json.loads(index.read_text())["manifests"] if index.exists() else []
        self.layout(folder, tag)
        document = json.loads(index.read_text())
        document["manifests"] = before + document["manifests"]
        index.write_text(json.dumps(document))

    def oci_archive(self, file, tag=None):
        """Writes the layout as one tar."""
        file.write_bytes(tar([member(path, data) for path, data in self.files(tag).items()]))

    def docker_archive(self, file, name="made:1"):
        """Writes what `docker save` writes: plain layers, named by a manifest.json."""
        config = self.blobs[self.config["digest"]]
        config_name = hashlib.sha256(config).hexdigest() + ".json"
        paths = [f"{i}/layer.tar" for i in range(len(self.tars))]
        entry = {"Config": config_name, "RepoTags": [name], "Layers": paths}
        members = [member(path, data) for path, data in zip(paths, self.tars)]
        members += [member(config_name, config), member("manifest.json", json.dumps([entry]))]
        file.write_bytes(tar(members))


def below(path, folder):
    """Whether a path is in a folder, at any depth."""
    return path.startswith(folder + "/")


def apply_marks(seen, info):
    """Removes from `seen` what a mark hides; returns whether the member is one."""
    folder, _, name = info.name.rpartition("/")
    if name == ".wh..wh..opq":
        hidden = [path for path in seen if below(path, folder)]
    elif name.startswith(".wh."):
        gone = f"{folder}/{name[4:]}" if folder else name[4:]
        hidden = [path for path in seen if path == gone or below(path, gone)]
    else:
        return False
    for path in hidden:
        del seen[path]
    return True


def entry_of(info, data):
    """Returns what `inspect --files --json` says of a member."""
    entry = {"type": TYPES[info.type], "mode": f"{info.mode:04o}", "uid": info.uid,
             "gid": info.gid, "mtime": info.mtime}
    if info.isreg():
        entry |= {"size": len(data), "digest": sha256(data)}
    if info.issym():
        entry["link"] = info.linkname
    if info.ischr() or info.isblk():
        entry["device"] = f"{info.devmajor},{info.devminor}"
    xattrs = {key.removeprefix("SCHILY.xattr."): value.encode().hex()
              for key, value in info.pax_headers.items() if key.startswith("SCHILY.xattr.")}
    return entry | ({"xattrs": xattrs} if xattrs else {})


def put(seen, path, entry):
    """Puts an entry in the place of what is there; a directory keeps what is in a directory."""
    if entry["type"] != "directory" or seen.get(path, entry)["type"] != "directory":
        for old in [old for old in seen if old == path or below(old, path)]:
            del seen[old]
    seen[path] = entry


def model(layers):
    """Returns {path: entry} of lists of members; hardlinks are equal entries, as files are."""
    seen = {}
    for members in layers:
        marks = [info for info, _ in members if apply_marks(seen, info)]
        for info, data in members:
            if info not in marks:
                put(seen, info.name, dict(seen[info.linkname]) if info.islnk()
                    else entry_of(info, data))
    return seen
