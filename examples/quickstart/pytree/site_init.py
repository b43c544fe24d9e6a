"""Makes the main repository's modules importable. bazel.pth imports this when Python starts."""

import os
import sys

# Python opens this file in <runfiles>/_main/<venv>/lib/pythonX.Y/site-packages/.
_runfiles = os.environ.get("RUNFILES_DIR") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), *[os.pardir] * 5))
sys.path.append(os.path.join(_runfiles, "_main"))
