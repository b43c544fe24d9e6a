"""The commands of docs/provenance.md run, and today's clients find what is attached to an image."""

import base64
import json
import os
import pathlib
import re
import shlex
import uuid

import daemons
import judge
import samples
import today

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "provenance.md"
CLIENTS = ("cosign", "crane", "oras")


class Signing(judge.Judge):
    """The clients are of Debian's testing suite, and the registry, which is 2.8, of this one."""

    clients = ("docker-registry", "jq", "mmdebstrap", "skopeo", "unshare")
    as_root = True

    def setUp(self):
        super().setUp()
        self.inside = today.inside(self.folder)
        programs = self.folder / "bin"
        programs.mkdir()
        for name in CLIENTS:
            self.write_program(programs / name, [*self.inside, name])
        self.write_program(programs / "veneer", [os.environ["VENEER"]])
        self.environment = {**os.environ, "COSIGN_PASSWORD": "secret", "HOME": str(self.folder),
                            "PATH": f"{programs}:{os.environ['PATH']}"}

    @staticmethod
    def write_program(path, command):
        """Writes a program that is another one."""
        path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        path.chmod(0o755)

    def run_inside(self, *command):
        """Runs one of the clients; returns its output."""
        return judge.run([*self.inside, *command], cwd=self.folder)

    def test_the_page(self):
        (self.folder / "src").mkdir()
        (self.folder / "src" / "token").write_text(str(uuid.uuid4()))
        section = PAGE.read_text().partition("\n## Signing\n")[2].partition("\n## ")[0]
        blocks = re.findall(r"^```console\n(.*?)^```$", section, re.M | re.S)
        script = re.sub(r"^\$ ", "", "".join(blocks), flags=re.M)
        self.assertEqual(script.count("cosign "), 8)
        with daemons.registry(self.folder) as host:
            script = script.replace("localhost:5000", host)
            output = judge.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder,
                               env=self.environment)
            self.assertIn('"tree": [', output)
            digest = (self.folder / "shop.digest").read_text().strip().partition(":")[2]
            for name, document, kind in (
                    ("provenance.json", "shop.predicate.json", "https://slsa.dev/provenance/v1"),
                    ("sbom.json", "shop.spdx.json", "https://spdx.dev/Document")):
                envelope = json.loads((self.folder / name).read_text().splitlines()[0])
                statement = json.loads(base64.b64decode(envelope["payload"]))
                self.assertEqual((statement["predicateType"], statement["subject"][0]["digest"]),
                                 (kind, {"sha256": digest}))
                self.assertEqual(statement["predicate"], json.loads((self.folder / document).read_text()))
            (self.folder / "src" / "token").write_text(str(uuid.uuid4()))
            again = "\n".join(script.splitlines()[:5]) + "\ncosign verify --key cosign.pub " \
                    "--insecure-ignore-tlog $image"
            with self.assertRaisesRegex(AssertionError, "no signatures found"):
                judge.run(["bash", "-euc", again], cwd=self.folder, env=self.environment)

    def test_what_is_attached_is_found(self):
        samples.build(samples.odd(self.folder), f"oci:{self.folder}/images:app")
        (self.folder / "notes").write_text("read me")
        judge.veneer("attach", f"oci:{self.folder}/images:app", self.folder / "notes",
                     "--artifact-type", "text/x-notes")
        digest = samples.Layout(self.folder / "images").index["manifests"][0]["digest"]
        tag = digest.replace(":", "-")
        self.assertIn("text/x-notes", self.run_inside("oras", "discover", "--oci-layout", "images:app"))
        with daemons.registry(self.folder) as host:
            for name in ("app", tag):
                self.run_inside("skopeo", "copy", "--all", "--preserve-digests",
                                "--dest-tls-verify=false", f"oci:images:{name}",
                                f"docker://{host}/one:{name}")
            self.run_inside("oras", "cp", "--recursive", "--from-oci-layout", "--to-plain-http",
                            "images:app", f"{host}/two:app")
            for repository in ("one", "two"):
                self.run_inside("crane", "validate", "--remote", f"{host}/{repository}:app")
                found = json.loads(self.run_inside("oras", "discover", "--plain-http", "--format",
                                                   "json", f"{host}/{repository}:app"))
                entry, = found["referrers"]
                self.assertEqual(entry["artifactType"], "text/x-notes")
                self.run_inside("oras", "pull", "--plain-http", "-o", repository,
                                f"{host}/{repository}@{entry['digest']}")
                self.assertEqual((self.folder / repository / "notes").read_text(), "read me")
                listed = json.loads(self.run_inside("crane", "manifest", f"{host}/{repository}:{tag}"))
                self.assertEqual([one["digest"] for one in listed["manifests"]], [entry["digest"]])


if __name__ == "__main__":
    judge.main()
