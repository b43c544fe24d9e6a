#!/usr/bin/env bash
# Finds its library, then data of another repository, in the order in which Bazel's scripts look.
set -euo pipefail

library=rules_shell+/shell/runfiles/runfiles.bash
for root in "${RUNFILES_DIR:-}" "$0.runfiles"; do
  if [[ -n $root && -f $root/$library ]]; then
    # shellcheck source=tests/interop/shared/runfiles.bash
    source "$root/$library"
    break
  fi
done
data=$(rlocation libb+/data.txt)
printf '%s %s\n' "$(library_repository)" "$(<"$data")"
