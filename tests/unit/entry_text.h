// Entries as text, one a line, for comparing what a reader produced with what a test expects.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/runfiles.h"

namespace layer {

inline std::string_view kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFile:
      return "file";
    case EntryKind::kEmptyFile:
      return "empty";
    case EntryKind::kInlineFile:
      return "inline";
    case EntryKind::kSymlink:
      return "link";
    case EntryKind::kDirectory:
      return "dir";
    case EntryKind::kTreeArtifact:
      return "tree";
  }
  return "?";
}

// "kind path -> content (target, owner) mode=0644 uid=0 gid=0 time=0", leaving out what is not
// there.
inline std::string to_text(const Entry& entry) {
  std::string text = fmt::format("{} {}", kind_name(entry.kind), entry.path);
  if (!entry.content.empty()) text += fmt::format(" -> {}", entry.content);
  if (!entry.target.empty()) text += fmt::format(" target={}", entry.target);
  if (!entry.owner().empty()) text += fmt::format(" owner={}", entry.owner());
  if (entry.attributes != nullptr) {
    const Attributes& stated = *entry.attributes;
    if (stated.mode) text += fmt::format(" mode={:04o}", *stated.mode);
    if (stated.uid) text += fmt::format(" uid={}", *stated.uid);
    if (stated.gid) text += fmt::format(" gid={}", *stated.gid);
    if (stated.mtime) text += fmt::format(" time={}", *stated.mtime);
    if (stated.xattrs != nullptr) text += fmt::format(" {}", *stated.xattrs);
  }
  return text + "\n";
}

inline std::string to_text(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += to_text(entry);
  return text;
}

// Every list with a heading, leaving out those that are empty.
inline std::string to_text(const Runfiles& runfiles) {
  std::string text;
  const auto add = [&](std::string_view heading, const std::string& lines) {
    if (!lines.empty()) text += fmt::format("[{}]\n{}", heading, lines);
  };
  if (!runfiles.workspace.empty()) text += fmt::format("workspace {}\n", runfiles.workspace);
  add("symlinks", to_text(runfiles.symlinks));
  add("files", to_text(runfiles.files));
  add("empty_files", to_text(runfiles.empty_files));
  add("root_symlinks", to_text(runfiles.root_symlinks));
  if (runfiles.repo_mapping) add("repo_mapping", to_text(*runfiles.repo_mapping));
  if (runfiles.executable) add("executable", to_text(*runfiles.executable));
  for (const auto& [directory, entries] : runfiles.tree_artifacts) {
    text += fmt::format("[tree {}]\n{}", directory, to_text(entries));
  }
  return text;
}

}  // namespace layer
