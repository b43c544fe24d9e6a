#!/usr/bin/env python3
"""Makes the example's workspace from the files here, with local files in place of downloads.

usage: prepare.py --output DIR --cache DIR --veneer FILE
"""

import argparse
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "quickstart"))

import make_base  # noqa: E402
from pytree import interpreter, wheels  # noqa: E402

WHEELS = ["numpy==2.2.6", "markupsafe==3.0.2"]
# Debian 12's Bazel does not fetch its own repositories; packages of Debian have them. Only rules_cc
# is made here, because Debian's is for a newer Bazel.
DEBIAN_RULES = pathlib.Path("/usr/share/bazel/rules")
BAZELRC = """common --override_repository=rules_java=/usr/share/bazel/rules/java
common --override_repository=rules_proto=/usr/share/bazel/rules/proto
common --override_repository=bazel_skylib=/usr/share/bazel/tools/skylib
common --override_repository=platforms=/usr/share/bazel/platforms
common --override_repository=rules_cc={rules_cc}
build --nosandbox_debug
"""
CC_RULES = ["cc_binary", "cc_import", "cc_library", "cc_proto_library", "cc_test", "cc_toolchain",
            "cc_toolchain_suite", "fdo_prefetch_hints", "fdo_profile", "objc_library"]


def prepare(output, cache, veneer):
    """Replaces the workspace. Bazel's output base is elsewhere, and is kept."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(HERE, output, ignore=shutil.ignore_patterns("run", "prepare.py", "__pycache__"))
    third_party = output / "third_party"
    (third_party / "veneer").symlink_to(HERE.parents[1])
    (third_party / "bin").mkdir()
    shutil.copy(veneer, third_party / "bin" / "veneer")
    (third_party / "wheels").mkdir()
    for wheel in wheels.fetch(WHEELS, cache):
        shutil.copy(wheel, third_party / "wheels")
    interpreter.lay_out(output / "python", cache)
    (output / "python" / interpreter.REPOSITORY).rename(third_party / "python")
    (third_party / "python" / "BUILD.bazel").unlink()
    (output / "python").rmdir()
    make_base.make(third_party / "base", cache)
    if not DEBIAN_RULES.is_dir():
        return
    write_rules_cc(third_party / "rules_cc")
    (output / ".bazelrc").write_text(BAZELRC.format(rules_cc=third_party / "rules_cc"))


def write_rules_cc(folder):
    """Makes a rules_cc of the C++ rules that are built into this Bazel."""
    (folder / "cc").mkdir(parents=True)
    for name in ("WORKSPACE", "BUILD", "cc/BUILD"):
        (folder / name).touch()
    (folder / "cc" / "defs.bzl").write_text(
        "".join(f"{name} = native.{name}\n" for name in CC_RULES))


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--output", "--cache", "--veneer"):
        parser.add_argument(option, required=True, type=pathlib.Path)
    options = parser.parse_args()
    prepare(options.output.resolve(), options.cache, options.veneer)


if __name__ == "__main__":
    main()
