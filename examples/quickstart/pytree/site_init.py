"""Imported as Python starts (see bazel.pth): makes the main repository's modules importable."""

import os
import sys

# This file is at <runfiles>/_main/<venv>/lib/pythonX.Y/site-packages/, by the path it was opened.
_runfiles = os.environ.get("RUNFILES_DIR") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), *[os.pardir] * 5))
sys.path.append(os.path.join(_runfiles, "_main"))
