// What an entry of a layer takes from the base below it.
#include <doctest/doctest.h>

#include <string>

#include "layer/check/replaced.h"

namespace layer::check_replaced_test {
namespace {

Node node(std::string_view path, NodeKind kind, std::string_view link = {}) {
  Node made;
  made.path = path;
  made.kind = kind;
  made.content = link;
  made.mode = 0755;
  return made;
}

std::string told(const Node& upper) {
  ImageTree base;
  base.add_layer({node("bin", NodeKind::kSymlink, "usr/bin"), node("empty", NodeKind::kDirectory),
                  node("file", NodeKind::kFile), node("gone", NodeKind::kSymlink, "nowhere"),
                  node("stargz.index.json", NodeKind::kFile), node("usr", NodeKind::kDirectory),
                  node("usr/bin", NodeKind::kDirectory)});
  Findings findings;
  check_replaced(base, upper, findings);
  check_replaced(base, upper, findings);  // of another layer: told once
  std::string text;
  for (const Finding& finding : findings.take()) {
    text += to_diagnostic(finding).to_string(severity_name(finding.severity));
  }
  return text;
}

TEST_CASE("replaced: what the base has not, or has just so, is not told") {
  for (const char* path : {"new", "usr/new", "us"})
    CHECK(told(node(path, NodeKind::kFile)).empty());
  CHECK(told(node("usr", NodeKind::kDirectory)).empty());
  CHECK(told(node("bin", NodeKind::kSymlink, "usr/bin")).empty());
  CHECK(told(node("file", NodeKind::kWhiteout)).empty());
  CHECK(told(node("stargz.index.json", NodeKind::kFile)).empty());
  CHECK(told(node("usr", NodeKind::kOpaque)).empty());
}

TEST_CASE("replaced: what hides a directory's files is an error") {
  CHECK(told(node("bin", NodeKind::kDirectory)) ==
        "bin: error: is a directory here and a link to 'usr/bin' in a layer below: the files in "
        "'usr/bin' are no longer found here [link-replaced]\n"
        "bin: help: put the files into '/usr/bin'\n");
  CHECK(told(node("bin", NodeKind::kFile)).starts_with("bin: error: is a file here and a link to"));
  CHECK(told(node("usr", NodeKind::kSymlink, "opt")) ==
        "usr: error: is a link to 'opt' here and a directory in a layer below: the files in that "
        "directory are no longer found [directory-replaced]\n"
        "usr: help: give it another place\n");
}

TEST_CASE("replaced: a directory's attributes and a change of kind are warnings") {
  Node sticky = node("usr", NodeKind::kDirectory);
  sticky.mode = 01777;
  sticky.gid = 5;
  CHECK(told(sticky) ==
        "usr: warning: has mode 1777 and owner 0:5 here, and mode 0755 and owner 0:0 in a layer "
        "below "
        "[directory-changed]\n");
  CHECK(told(node("empty", NodeKind::kFile)) ==
        "empty: warning: is a file here, and a directory in a layer below [file-replaced]\n");
  CHECK(
      told(node("gone", NodeKind::kFile)) ==
      "gone: warning: is a file here, and a link to 'nowhere' in a layer below [file-replaced]\n");
  CHECK(told(node("file", NodeKind::kOther)) ==
        "file: warning: is a device or a pipe here, and a file in a layer below [file-replaced]\n");
}

TEST_CASE("replaced: a file for a file and a link for a link are notes") {
  CHECK(told(node("file", NodeKind::kFile)) ==
        "file: note: is a file here, and a file in a layer below [file-replaced]\n");
  CHECK(told(node("bin", NodeKind::kSymlink, "opt")) ==
        "bin: note: is a link to 'opt' here, and a link to 'usr/bin' in a layer below "
        "[file-replaced]\n");
}

}  // namespace
}  // namespace layer::check_replaced_test
