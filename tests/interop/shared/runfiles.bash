#!/usr/bin/env bash
# A library that looks runfiles up by name, and repositories by where a script lies: what Bazel's
# own library for bash does, without repository mapping.

_root=${RUNFILES_DIR:-$0.runfiles}

# Prints where the runfile $1 is.
rlocation() {
  [[ -e $_root/$1 ]] && printf '%s\n' "$_root/$1"
}

# Prints the repository that this library is of: the first folder below the runfiles.
library_repository() {
  local path=${BASH_SOURCE[0]#"$_root/"}
  printf '%s\n' "${path%%/*}"
}
