#!/usr/bin/env bash
# Pushes an image with skopeo or crane. Options: --repository NAME; --tag TAG, repeatable, in
# place of the tags of the rule; what follows a second `--` goes to the tool.
set -euo pipefail

readonly layout_place="@LAYOUT@" digest_place="@DIGEST@" tags_place="@TAGS_FILE@" tool_place="@TOOL@"
repository="@REPOSITORY@"
default_tags=(@TAGS@)
status_places=(@STATUS@)

fail() {
  echo "$0: error: $*" >&2
  exit 1
}

# Prints the path of a runfile of this script, or of a target that has this script as a runfile.
runfile() {
  local root
  for root in "${RUNFILES_DIR:-}" "$0.runfiles" "$PWD/.."; do
    if [[ -n $root && -e $root/$1 ]]; then
      echo "$root/$1"
      return
    fi
  done
  fail "'$1' is not among the runfiles"
}

find_tool() {
  local candidate
  if [[ -n ${VENEER_PUSH:-} ]]; then
    echo "$VENEER_PUSH"
    return
  fi
  if [[ -n $tool_place ]]; then
    runfile "$tool_place"
    return
  fi
  for candidate in skopeo crane; do
    if command -v "$candidate"; then return; fi
  done
  fail "neither skopeo nor crane is installed; set VENEER_PUSH to the path of one, or register a" \
    "veneer_push_toolchain"
}

tags=()
while (($#)); do
  case $1 in
    -r | --repository) repository=${2?"$1 needs a name"} && shift 2 ;;
    --repository=*) repository=${1#*=} && shift ;;
    -t | --tag) tags+=("${2?"$1 needs a tag"}") && shift 2 ;;
    --tag=*) tags+=("${1#*=}") && shift ;;
    --) shift && break ;;
    *) fail "unknown argument '$1'; what goes to the tool follows '--'" ;;
  esac
done
if [[ -z $repository ]]; then
  fail "no repository: set the attribute \`repository\`, or give --repository"
fi
if ((${#tags[@]} == 0)); then
  tags=("${default_tags[@]}")
  if [[ -n $tags_place ]]; then
    while read -r tag; do
      if [[ -n $tag ]]; then tags+=("$tag"); fi
    done < <(cat "$(runfile "$tags_place")" && echo)
  fi
fi

# Prints a tag with the values of its keys.
expand() {
  local rest=$1 text="" key value place
  while [[ $rest =~ ^([^{]*)\{([A-Z0-9_]+)\}(.*)$ ]]; do
    text+=${BASH_REMATCH[1]} key=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]} value=""
    if ((${#status_places[@]} == 0)); then
      fail "the tag '$1' has a key: run with --stamp"
    fi
    for place in "${status_places[@]}"; do
      value=${value:-$(sed -n "s/^$key //p" "$(runfile "$place")")}
    done
    if [[ -z $value ]]; then fail "no status file has a value for '{$key}' in the tag '$1'"; fi
    text+=$value
  done
  echo "$text$rest"
}

for i in "${!tags[@]}"; do
  tag=$(expand "${tags[i]}")
  tags[i]=$tag
done
tool=$(find_tool)
layout=$(runfile "$layout_place")
digest=$(<"$(runfile "$digest_place")")

is_crane() {
  [[ ${tool##*/} == crane* ]]
}

push() {
  if is_crane; then
    "$tool" push "${tool_options[@]}" "$layout" "$1" >&2
  else
    "$tool" copy --all --preserve-digests "${tool_options[@]}" "oci:$layout" "docker://$1" >&2
  fi
}

# The first push is by digest, so that no tag names an image that is not there yet.
tool_options=("$@")
push "$repository@$digest"
for tag in "${tags[@]}"; do
  if is_crane; then
    "$tool" tag "${tool_options[@]}" "$repository@$digest" "$tag" >&2
  else
    push "$repository:$tag"
  fi
done
echo "$repository@$digest"
