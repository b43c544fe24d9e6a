"""in-toto's own library reads what `build --provenance` writes. It comes from PyPI."""

import json
import os
import pathlib
import sys

import judge
import samples

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from made_images import Image, tar      # noqa: E402
from sample_layers import sbom_layers   # noqa: E402

READERS = ["in-toto-attestation==0.9.3", "protobuf==4.25.8"]
# Prints what a statement says; fails if it has a member that its definition has not, or lacks one.
READ = """
import json, sys
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import resource_descriptor_pb2, statement, statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor

proto = json_format.Parse(open(sys.argv[1]).read(), statement_pb2.Statement())
statement.Statement.copy_from_pb(proto).validate()
predicate = json_format.Parse(json_format.MessageToJson(proto.predicate),
                              provenance_pb2.Provenance())
assert predicate.build_definition.build_type and predicate.run_details.builder.id
resources = [*predicate.build_definition.resolved_dependencies, *predicate.run_details.byproducts]
for resource in resources:
    ResourceDescriptor.copy_from_pb(resource).validate()
print(json.dumps([proto.predicate_type, [dict(one.digest) for one in proto.subject],
                  [one.uri or one.name for one in resources]]))
"""


class Provenance(judge.Judge):
    """Installs the library once, in the folder of downloads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = samples.python_packages("provenance-readers", READERS)

    def read(self, path):
        """Returns type, digests and resources of a statement, which must be valid."""
        return json.loads(judge.run([sys.executable, "-c", READ, path],
                                    env={**os.environ, "PYTHONPATH": self.readers}))

    def test_a_build_on_a_base(self):
        layers = [tar(layer) for layer in sbom_layers()]
        Image(layers[:1]).layout(self.folder / "base", "debian")
        tree = self.folder / "tree" / "six-1.0.dist-info"
        tree.mkdir(parents=True)
        (tree / "METADATA").write_text("Name: six\nVersion: 1.0\n")
        path = self.folder / "p.intoto.json"
        judge.veneer("build", "--tree", f"{self.folder}/tree:/srv", "--base",
                     f"oci:{self.folder}/base:debian", "--env", "A=1", "-o",
                     f"oci:{self.folder}/made:app:1", "--provenance", path)
        manifest = samples.Layout(self.folder / "made").index["manifests"][0]["digest"]
        kind, digests, resources = self.read(path)
        self.assertEqual((kind, digests), ("https://slsa.dev/provenance/v1",
                                           [{"sha256": manifest.partition(":")[2]}]))
        self.assertEqual(resources[:2], [f"oci:{self.folder}/base:debian", "pkg:pypi/six@1.0"])
        text = path.read_text()
        for right, wrong in (("buildType", "buildKind"), ("resolvedDependencies", "dependencies"),
                             ("_type", "type_"), ("/Statement/v1", "/Statement/v2"), ("digest", "hash")):
            path.write_text(text.replace(right, wrong, 1))
            with self.assertRaises(AssertionError, msg=wrong):
                self.read(path)


if __name__ == "__main__":
    judge.main()
