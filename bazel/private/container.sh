#!/usr/bin/env bash
# Functions that run commands in containers of an image. What fails is told, and counted in `failed`.

failed=0
name=
status=
image_name=
engine=
output=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/veneer_test.XXXXXX")

# find_engine ENGINE: the engine, where it is installed, else docker or podman.
find_engine() {
  local candidate wanted=${VENEER_ENGINE:-$1}
  for candidate in ${wanted:-docker podman}; do
    if command -v "$candidate" >/dev/null; then
      engine=$candidate
      return
    fi
  done
  if [[ -n $wanted ]]; then
    echo "error: the engine '$wanted', which \`commands\` need, is not installed" >&2
  else
    echo "error: \`commands\` need a container engine, and neither docker nor podman is installed;" \
      "set \`engine\` or \$VENEER_ENGINE to the path of one" >&2
  fi
  exit 1
}

# load_image ENGINE ARCHIVE NAME
load_image() {
  find_engine "$1"
  image_name=$3
  trap 'rm -rf "$output"; "$engine" rmi "$image_name" >/dev/null 2>&1 || true' EXIT
  if ! "$engine" load --input "$2" >"$output/load" 2>&1; then
    cat "$output/load" >&2
    echo "error: '$engine' does not load the image" >&2
    exit 1
  fi
}

# run NAME OPTION...: runs a container; what follows `--` in the options comes after the image.
run() {
  local options=()
  name=$1
  shift
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  status=0
  "$engine" run --rm --pull=never "${options[@]}" "$image_name" "$@" \
    </dev/null >"$output/stdout" 2>"$output/stderr" || status=$?
}

fault() {
  failed=$((failed + 1))
  echo "$name: error: $*" >&2
}

# Tells what the last container printed, if something is wrong with it.
show() {
  local stream
  for stream in stdout stderr; do
    if [[ -s $output/$stream ]]; then
      echo "$name: note: its $stream:" >&2
      cat "$output/$stream" >&2
    fi
  done
}

# expect STATUS [stdout|stderr] [has|lacks] REGEX...
expect() {
  local before=$failed found stream verb
  if [[ $status != "$1" ]]; then fault "the exit code is $status, not $1"; fi
  shift
  while (($#)); do
    stream=$1 verb=$2
    found=0
    grep -E -q -e "$3" "$output/$stream" 2>/dev/null || found=$?
    case $found-$verb in
      0-has | 1-lacks) ;;
      0-lacks) fault "a line of $stream matches '$3'" ;;
      1-has) fault "no line of $stream matches '$3'" ;;
      *) fault "'$3' is not a pattern" ;;
    esac
    shift 3
  done
  if ((failed > before)); then show; else echo "$name: as expected"; fi
}
