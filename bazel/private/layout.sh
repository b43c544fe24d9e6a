#!/usr/bin/env bash
# Runs veneer on the layout of an image.
set -euo pipefail

# Prints the path of a runfile of this script.
runfile() {
  local root
  for root in "${RUNFILES_DIR:-}" "${TEST_SRCDIR:-}" "$0.runfiles" "$PWD/.."; do
    if [[ -n $root && -e $root/$1 ]]; then
      echo "$root/$1"
      return
    fi
  done
  echo "$0: error: '$1' is not among the runfiles" >&2
  exit 1
}

program=$(runfile "@VENEER@")
image=oci:$(runfile "@LAYOUT@")
# shellcheck disable=SC2034  # the commands use the image
readonly program image

veneer() {
  "$program" "$@"
}

@COMMANDS@
