#!/usr/bin/env bash
# Loads the image's archive into a container engine. Arguments go to the engine, before `load`.
set -euo pipefail

readonly place="@ARCHIVE@"
engine=${VENEER_ENGINE:-@ENGINE@}

# The archive is in the runfiles of this script, or of another target that has this script as a
# runfile.
for root in "${RUNFILES_DIR:-}" "$0.runfiles" "$PWD/.."; do
  if [[ -n $root && -f $root/$place ]]; then
    archive=$root/$place
    break
  fi
done
if [[ -z ${archive:-} ]]; then
  echo "$0: error: '$place' is not among the runfiles" >&2
  exit 1
fi

if [[ -z $engine ]]; then
  for candidate in docker podman; do
    if command -v "$candidate" >/dev/null; then
      engine=$candidate
      break
    fi
  done
fi
if [[ -z $engine ]]; then
  echo "$0: error: neither docker nor podman is installed; set VENEER_ENGINE to the path of another engine" >&2
  exit 1
fi
exec "$engine" "$@" load --input "$archive"
