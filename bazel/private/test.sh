#!/usr/bin/env bash
# Verifies an image, and holds it to what the rule expects of it.
set -euo pipefail

readonly veneer_place="@VENEER@" layout_place="@LAYOUT@"

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

veneer=$(runfile "$veneer_place")
image=oci:$(runfile "$layout_place")
"$veneer" verify "$image"
"$veneer" inspect "$image" --no-store @EXPECTED@
