"""Stage two: runs in the virtual environment and hands over to the program."""

import os
import runpy
import sys

main = os.path.join(os.environ["RUNFILES_DIR"], "@MAIN@")
sys.argv[0] = main
# Python put this file's folder here; the program expects its own.
sys.path[0] = os.path.dirname(main)
runpy.run_path(main, run_name="__main__")
