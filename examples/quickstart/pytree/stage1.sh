#!/usr/bin/env bash
# Stage one: finds the runfiles and starts the program in its virtual environment.
set -euo pipefail

# Prints the runfiles directory of the program at $1: beside it, or the one that it is in; of a
# symlink, then of what it points to, one step at a time.
find_runfiles() {
  local path=$1 text
  while true; do
    if [[ $path != /* ]]; then path=$PWD/$path; fi
    if [[ -d $path.runfiles ]]; then
      printf '%s\n' "$path.runfiles"
      return
    fi
    if [[ $path == *.runfiles/* ]]; then
      printf '%s\n' "${path%.runfiles/*}.runfiles"
      return
    fi
    if [[ ! -L $path ]]; then
      printf '%s: no runfiles directory found\n' "$1" >&2
      return 1
    fi
    text=$(readlink "$path")
    if [[ $text == /* ]]; then path=$text; else path=${path%/*}/$text; fi
  done
}

RUNFILES_DIR=${RUNFILES_DIR:-$(find_runfiles "$0")}
export RUNFILES_DIR
exec "$RUNFILES_DIR/@VENV@/bin/python3" "$RUNFILES_DIR/@STAGE2@" "$@"
