"""Go's encoding/json judges documents that were changed: what veneer takes is the same image to Go.

Container engines are written in Go, and read documents into structs.
"""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys

import judge

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from made_images import Image, member, tar  # noqa: E402

ROUNDS = 200
OTHER_VALUES = ("null", "0", "-1", "1.0", "1e3", "9223372036854775808", "true", '""', '"x"', "[]",
                "[null]", '[""]', "[1]", "{}", '{"a":null}', '{"a":{}}', '{"a":"b"}', '{"a":1}')
RUN = {"User": "u", "ExposedPorts": {"80/tcp": {}}, "Env": ["A=1"], "Entrypoint": ["/e"],
       "Cmd": ["c"], "Volumes": {"/v": {}}, "WorkingDir": "/w", "Labels": {"Cmd": "1", "cmd": "2"},
       "StopSignal": "TERM", "ArgsEscaped": True, "OnBuild": [], "Shell": ["/s"],
       "Healthcheck": {"Test": ["NONE"], "Interval": 1, "Retries": 3}, "StopTimeout": 1,
       "Hostname": "h", "Tty": False, "Image": "i"}
# What veneer must have, and engines need not.
NEEDED = ("os", "architecture", "rootfs", "type", "diff_ids", "config", "layers", "mediaType",
          "size", "digest", "schemaVersion", "manifests", "imageLayoutVersion", "Config", "Layers")


class Members(list):
    """An object as a list of its members, which may have any names."""


def members_of(value):
    """Returns the value with its objects as Members."""
    if isinstance(value, dict):
        return Members([name, members_of(item)] for name, item in value.items())
    return [members_of(item) for item in value] if isinstance(value, list) else value


class Text(str):
    """JSON as it is to be written."""


def dump(value):
    """Returns the JSON text."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(name)}:{dump(item)}" for name, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


def objects_in(value, name=None):
    """Generates (name of the member that it is in, object) for all objects."""
    if isinstance(value, Members):
        yield name, value
        for key, item in value:
            yield from objects_in(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from objects_in(item, name)


def in_other_case(name, rng):
    """Returns another name that Go takes for this one."""
    changes = [name.upper(), name.lower(), name.capitalize(), name.swapcase()]
    for old, new in (("k", "\u212a"), ("K", "\u212a"), ("s", "\u017f"), ("S", "\u017f")):
        changes.append(name.replace(old, new, 1))
    return rng.choice([change for change in changes if change != name] or [name])


def changed(document, rng):
    """Returns the bytes of the document with one change, and whether it has to be taken."""
    document = members_of(document)
    _, members = rng.choice([found for found in objects_in(document) if found[1]])
    place = rng.randrange(len(members))
    name, value = members[place]
    kind = rng.choice(("value", "value", "value", "null", "name", "twice", "ends", "bytes", "free"))
    if kind == "value":
        members[place][1] = Text(rng.choice(OTHER_VALUES))
    elif kind == "null":
        members[place][1] = None
    elif kind == "name":
        members[place][0] = in_other_case(name, rng)
    elif kind == "twice":
        other = rng.choice((value, None, Text(rng.choice(OTHER_VALUES)), rng.choice(members)[1]))
        members.insert(rng.randrange(len(members) + 1),
                       [rng.choice((name, in_other_case(name, rng))), other])
    elif kind == "free":
        members.insert(place, ["x-" + in_other_case(name, rng), Text(rng.choice(OTHER_VALUES))])
    text = dump(document).encode()
    if kind == "ends":
        text = rng.choice((b"\xef\xbb\xbf" + text, text + b"\0", text + b"\0{}", text + b"{}",
                           text + b"\n", b"\n" + text, text + b",", text + b"x", text[:-1]))
    elif kind == "bytes":
        text = text.replace(b'"', rng.choice((b'"\xff', b'"\\ud800', b'"\0')), 1)
    return text, kind == "null" and name not in NEEDED


class Sample:
    """An image of which one document is changed."""

    def __init__(self):
        image = Image([tar([member("a", "x")])])
        self.layer = image.tars[0]
        self.blob = image.layers[0]
        run = {"created": "2026-01-02T03:04:05.5+01:00", "author": "a", "config": RUN}
        self.config = json.loads(image.blobs[image.config["digest"]]) | run | {
            "container_config": RUN, "docker_version": "1", "id": "i", "Size": 1, "os.version": "1",
            "os.features": ["f"],
            "history": [{"created": "2026-01-02T03:04:05Z", "comment": "c", "empty_layer": False}]}
        self.layer_bytes = image.blobs[self.blob["digest"]]
        self.image = image

    def layout(self, folder, rng, which):
        """Writes a layout with a changed document; returns whether it has to be taken."""
        must = False
        documents = {}

        def put(kind, document):
            nonlocal must
            text, is_same = json.dumps(document).encode(), False
            if kind == which:
                text, is_same = changed(document, rng)
            must = must or is_same
            documents[kind] = text
            return self.image.add(f"{kind}.v1+json", text)

        config = put("config", self.config)
        layer = self.blob | {"annotations": {"a": "b"}, "urls": [],
                             "platform": {"os": "linux", "architecture": "amd64"}}
        manifest = put("manifest", {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": [layer], "annotations": {"Layers": "a"}})
        entry = manifest | {"platform": {"os": "linux", "architecture": "amd64",
                                         "os.features": ["f"]}, "artifactType": ""}
        put("index", {"schemaVersion": 2, "manifests": [entry], "annotations": {"a": "b"}})
        put("oci-layout", {"imageLayoutVersion": "1.0.0"})
        files = {"index.json": documents["index"], "oci-layout": documents["oci-layout"]}
        for data in (documents["config"], documents["manifest"], self.layer_bytes):
            files["blobs/sha256/" + hashlib.sha256(data).hexdigest()] = data
        return self.write(folder, files, must)

    def archive(self, folder, rng):
        """Writes what is in a Docker archive, with a changed manifest.json, and the archive."""
        entry = {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l"], "Parent": "",
                 "LayerSources": {self.blob["digest"]: self.blob}}
        text, must = changed([entry], rng)
        files = {"c.json": json.dumps(self.config).encode(), "l": self.layer, "manifest.json": text}
        self.write(folder, files, must)
        folder.with_suffix(".tar").write_bytes(
            tar([member(path, data) for path, data in files.items()]))
        return must

    @staticmethod
    def write(folder, files, must):
        """Writes the files; returns `must`."""
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return must


def settled(value):
    """Returns a document without what says nothing: free, null, empty, false and zero members."""
    if isinstance(value, dict):
        members = {name: settled(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item and not name.startswith("x-")}
    if isinstance(value, list):
        return [settled(item) or "" for item in value]
    return value or None


def compared(config):
    """Returns the part of a config that says how an image runs."""
    run = config.get("config") or {}
    for name in ("ExposedPorts", "Volumes"):
        run = run | {name: sorted(run.get(name) or {})}
    labels = {name: text or "" for name, text in (run.get("Labels") or {}).items()}
    run = run | {"Labels": sorted(labels.items())}
    return settled({name: run.get(name) for name in RUN} |
                   {name: config.get(name) for name in ("os", "architecture", "rootfs")})


class GoJson(judge.Judge):
    """Tests images of which one document is no longer what an engine wrote."""

    clients = ("go",)

    def veneer_reads(self, image):
        """Returns the report of `inspect`, or None if it refuses the image, and its messages."""
        done = subprocess.run([os.environ["VENEER"], "inspect", "--json", image],
                              capture_output=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertNotIn(b"json.exception", done.stderr)
        return json.loads(done.stdout) if done.returncode == 0 else None, done.stderr

    def test_what_is_taken_is_one_image(self):
        reader = self.folder / "reader"
        judge.run(["go", "build", "-o", reader, HERE / "go_json" / "main.go"])
        rng = random.Random(1)
        sample = Sample()
        cases = []
        for number in range(ROUNDS):
            folder = self.folder / f"image{number}"
            which = rng.choice(("config", "config", "manifest", "index", "oci-layout", "archive"))
            is_archive = which == "archive"
            must = sample.archive(folder, rng) if is_archive else sample.layout(folder, rng, which)
            cases.append((folder, is_archive, must))
        listed = "".join(f"{folder}\n" for folder, _, _ in cases)
        answers = judge.run([reader], input=listed).splitlines()
        taken = refused = 0
        for (folder, is_archive, must), answer in zip(cases, answers, strict=True):
            with self.subTest(folder.name):
                go = json.loads(answer)
                found, messages = self.veneer_reads(
                    folder.with_suffix(".tar") if is_archive else folder)
                if found is None:
                    refused += 1
                    self.assertFalse(must and go is not None, messages)
                    continue
                taken += 1
                self.assertIsNotNone(go, "veneer takes what Go refuses")
                self.assertEqual(compared(found["config"]), compared(go["config"]))
                digests = [layer["digest"] for layer in found["layers"]]
                self.assertEqual(["l"] if is_archive else digests, go["layers"])
        self.assertGreater(taken, ROUNDS / 10)
        self.assertGreater(refused, ROUNDS / 10)


if __name__ == "__main__":
    judge.main()
