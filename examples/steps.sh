# Functions of the examples' scripts, which source this file in the project's folder. They print what
# they do, and keep a command's output in the file $log.
# shellcheck shell=bash

# Ends the run after a failed command.
fail() {
  # shellcheck disable=SC2154  # the script that sources this file sets it
  printf '\nThat failed. The end of %s says why:\n\n' "$log" >&2
  tail -n 30 "$log" >&2
  exit 1
}

# quietly TITLE COMMAND...: runs a command with its output in the log. The end of the log is shown if
# the command fails.
quietly() {
  printf '%s\n' "- $1"
  shift
  "$@" >>"$log" 2>&1 || fail
}

# Prints the veneer that there is already: $VENEER, or that of PATH if it has the version of these
# sources. Who has begun to build them here gets what they build.
find_veneer() {
  local version
  if [[ -n ${VENEER:-} ]]; then
    echo "$VENEER"
  elif [[ ! -e build/release ]] && command -v veneer >/dev/null; then
    version=$(sed -n 's/^project(veneer VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
    if [[ $(veneer --version) == "veneer $version" ]]; then command -v veneer; fi
  fi
}

# Prints the name of a container engine that answers, if there is one.
find_engine() {
  if docker info >/dev/null 2>&1; then
    echo docker
  elif podman info >/dev/null 2>&1; then
    echo podman
  fi
}
