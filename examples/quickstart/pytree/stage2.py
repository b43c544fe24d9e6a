"""Stage two of the launcher: runs in the virtual environment and starts the program."""

import os
import runpy
import sys

main = os.path.join(os.environ["RUNFILES_DIR"], "@MAIN@")
sys.argv[0] = main
# Python has put this file's folder here, but the program expects its own folder.
sys.path[0] = os.path.dirname(main)
runpy.run_path(main, run_name="__main__")
