"""Makes the source archive of a release, and the entry of a Bazel registry for it.

usage: bazel_module.py VERSION OUTPUT-FOLDER [--tree TREE]
                       [--registry FOLDER --repository OWNER/NAME [--url URL]]

The archive, veneer-VERSION.tar.gz, has the files of a commit (default: HEAD). --registry adds the
version to a registry, such as a clone of the Bazel Central Registry, from the templates in .bcr/.
These have the form that the app "Publish to BCR" takes. --url is for an archive elsewhere than at
the repository's release `vVERSION`.
"""

import argparse
import base64
import gzip
import hashlib
import json
import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parent.parent


def git(*arguments):
    """Runs git, also in a checkout that another user owns; returns what it prints."""
    settings = ("-c", f"safe.directory={PROJECT}", "-c", "tar.umask=0022")
    return subprocess.run(["git", *settings, *arguments], cwd=PROJECT, check=True,
                          stdout=subprocess.PIPE).stdout


def archive(version, tree):
    """Returns the archive's bytes. git gives all files the time of the commit."""
    tar = git("archive", "--format=tar", f"--prefix=veneer-{version}/", tree)
    return gzip.compress(tar, 9, mtime=0)


def module_text(version, tree):
    """Returns the MODULE.bazel of a commit; it has to be of this version."""
    text = git("show", f"{tree}:MODULE.bazel").decode()
    found = re.search(r'^    version = "(.*)",$', text, re.MULTILINE)
    if not found or found[1] != version:
        raise SystemExit(f"bazel_module.py: error: MODULE.bazel has the version "
                         f"'{found and found[1]}', not '{version}'")
    return text


def filled(template, version, repository):
    """Returns the JSON of a template of .bcr/ with its values."""
    owner, _, name = repository.partition("/")
    text = (PROJECT / ".bcr" / template).read_text()
    values = {"OWNER": owner, "REPO": name, "TAG": f"v{version}", "VERSION": version}
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return json.loads(text)


def write_json(path, value):
    """Writes JSON as the registry has it."""
    path.write_text(json.dumps(value, indent=4) + "\n")


def add_to_registry(registry, version, module, data, repository, url):
    """Adds the version to a registry."""
    top = registry / "modules" / "veneer"
    entry = top / version
    entry.mkdir(parents=True, exist_ok=True)
    (entry / "MODULE.bazel").write_text(module)
    (entry / "presubmit.yml").write_text((PROJECT / ".bcr" / "presubmit.yml").read_text())
    source = filled("source.template.json", version, repository)
    source["integrity"] = "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()
    source["url"] = url or source["url"]
    write_json(entry / "source.json", source)

    # The versions are the registry's; all else may have changed since the last one.
    metadata = filled("metadata.template.json", version, repository)
    known = top / "metadata.json"
    before = json.loads(known.read_text()) if known.exists() else metadata
    metadata["versions"] = [*(one for one in before["versions"] if one != version), version]
    metadata["yanked_versions"] = before["yanked_versions"]
    write_json(known, metadata)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("version")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--tree", default="HEAD")
    parser.add_argument("--registry", type=pathlib.Path)
    parser.add_argument("--repository")
    parser.add_argument("--url")
    options = parser.parse_args()
    if bool(options.registry) != bool(options.repository):
        parser.error("--registry and --repository belong together")
    module = module_text(options.version, options.tree)
    data = archive(options.version, options.tree)
    path = options.output / f"veneer-{options.version}.tar.gz"
    path.write_bytes(data)
    if options.registry:
        add_to_registry(options.registry, options.version, module, data, options.repository,
                        options.url)
    print(path)


if __name__ == "__main__":
    main()
