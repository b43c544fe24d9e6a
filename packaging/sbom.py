"""Prints what a static veneer is linked from, in the form of SPDX 2.3.

usage: sbom.py VENEER VERSION ARCHITECTURE
"""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys

LIBRARIES = pathlib.Path(__file__).resolve().parent.parent / "third_party" / "libraries.txt"
# Part of the compiler, which are linked in too: Debian's packages on this machine.
COMPILER = {"amd64": ("libc6-dev", "libstdc++-12-dev"),
            "arm64": ("libc6-dev-arm64-cross", "libstdc++-12-dev-arm64-cross")}


def compiler_libraries(architecture):
    """Name and version of each."""
    for name in COMPILER[architecture]:
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], check=True,
                                 capture_output=True, text=True).stdout
        yield name, version, None


def libraries(architecture):
    """Name, version and SHA-256 of each package of third_party/libraries.txt."""
    for line in LIBRARIES.read_text(encoding="utf-8").splitlines():
        if not line.startswith(("source ", "package ")):
            continue
        _, name, version, of, sha256 = line.split()
        if of in ("-", "all", architecture):
            yield name, version, sha256


def package(number, name, version, sha256):
    """One package. "deb" is how package URLs name Debian's."""
    entry = {"SPDXID": f"SPDXRef-{number}", "name": name, "versionInfo": version,
             "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
             "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
             "copyrightText": "NOASSERTION", "supplier": "Organization: Debian",
             "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                               "referenceLocator": f"pkg:deb/debian/{name}@{version}"}]}
    if sha256:
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": sha256}]
    return entry


def document(veneer, version, architecture):
    """The whole document."""
    sha256 = hashlib.sha256(pathlib.Path(veneer).read_bytes()).hexdigest()
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]),
                                           datetime.timezone.utc)
    name = f"veneer-{version}-linux-{architecture}"
    packages = [{"SPDXID": "SPDXRef-veneer", "name": "veneer", "versionInfo": version,
                 "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
                 "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
                 "copyrightText": "NOASSERTION",
                 "checksums": [{"algorithm": "SHA256", "checksumValue": sha256}]}]
    parts = [*libraries(architecture), *compiler_libraries(architecture)]
    packages += [package(number, *part) for number, part in enumerate(parts, 1)]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                  "relatedSpdxElement": "SPDXRef-veneer"}]
    relations += [{"spdxElementId": "SPDXRef-veneer", "relationshipType": "STATIC_LINK",
                   "relatedSpdxElement": entry["SPDXID"]} for entry in packages[1:]]
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": name, "documentNamespace": f"urn:veneer:{name}:{sha256}",
            "creationInfo": {"created": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
                             "creators": ["Tool: veneer packaging/sbom.py"]},
            "packages": packages, "relationships": relations}


if __name__ == "__main__":
    print(json.dumps(document(*sys.argv[1:]), indent=2))
