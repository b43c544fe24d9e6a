// The merged result of all inputs: every path of the image and what is there, before planning.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"

namespace layer {

// Orders paths by component, so that a directory is directly followed by all that is below it:
// "a", "a/b", "a-b". (Bytewise order would put "a-b" between the other two.)
bool tree_order(std::string_view left, std::string_view right);

// Whether `path` is inside the directory `ancestor`.
bool is_below(std::string_view path, std::string_view ancestor);

// Part of a path after its last '/', and before it (empty when there is none).
std::string_view base_name(std::string_view path);
std::string_view parent_path(std::string_view path);

// Why an entry that an input declared is not in the image at its path.
enum class Fate : uint8_t {
  kReplaced,  // a later declaration of the same path came in its place
  kObscured,  // it lies below an entry that is no directory
  kMerged,    // another input declares the same thing, which counts
  kMoved,     // --runfiles-layout=venv: its file is at `by`, in the virtual environment
};

struct LostEntry {
  Entry entry;          // its path is the image's
  std::string_view by;  // path of the entry that took its place
  Fate fate = Fate::kReplaced;
};

// Kinds are kFile, kEmptyFile, kSymlink and kDirectory; paths are relative to the image's root.
struct FileTree {
  std::vector<Entry> entries;  // in tree order, no path twice, nothing below a non-directory
  // Names of repositories of first-party code: the main one, and the one that the program is of.
  std::vector<std::string_view> workspaces;
  std::vector<LostEntry> lost;  // declared, and not among the entries; for who asks why
};

// The entry at `path`, if there is one, and all that are below it.
std::span<const Entry> entries_at_or_below(const FileTree& tree, std::string_view path);

// Whether a repository of the runfiles is first-party code: one of `workspaces`, or called as
// Bazel calls the main repository. So is a file that is in no repository (an empty name).
bool is_first_party(const FileTree& tree, std::string_view repository);

}  // namespace layer
