"""Copies the sources into a git checkout of its own: tests also run where there is none."""

import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEFT_OUT = (".git", ".cache", "build", "__pycache__")


def make(folder):
    """Makes the checkout, with one commit; returns its folder."""
    checkout = pathlib.Path(folder) / "checkout"
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    settings = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost",
                "-c", "commit.gpgsign=false")
    for arguments in (["init", "--quiet"], ["add", "--all"],
                      ["commit", "--quiet", "--no-verify", "-m", "sources"]):
        subprocess.run(["git", *settings, *arguments], cwd=checkout, check=True, timeout=60)
    return checkout
