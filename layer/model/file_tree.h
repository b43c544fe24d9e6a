// The merged entries of all inputs: every path of the image and what is there, before planning.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"

namespace layer {

// Orders paths by component, so that a directory is directly followed by everything below it: "a",
// "a/b", "a-b". (Bytewise order would put "a-b" between the other two.)
bool tree_order(std::string_view left, std::string_view right);

// Whether `path` is inside the directory `ancestor`.
bool is_below(std::string_view path, std::string_view ancestor);

// The part of a path after its last '/', and the part before it (empty without a '/').
std::string_view base_name(std::string_view path);
std::string_view parent_path(std::string_view path);

// Why an entry that an input declared is not in the image at its path.
enum class Fate : uint8_t {
  kReplaced,  // a later declaration of the same path replaced it
  kObscured,  // it lies below an entry that is not a directory
  kMerged,    // another input declares the same thing, and that one counts
  kMoved,     // --runfiles-layout=venv: its file is now at `by`, in the virtual environment
};

struct LostEntry {
  Entry entry;          // its path is that in the image
  std::string_view by;  // path of the entry that took its place
  Fate fate = Fate::kReplaced;
};

// Entries are of any kind but kTreeArtifact. Paths are relative to the image's root.
struct FileTree {
  std::vector<Entry> entries;  // in tree order, no path twice, nothing below a non-directory
  // Repositories of first-party code: the main repository, and the one that the program is in.
  std::vector<std::string_view> workspaces;
  std::vector<LostEntry> lost;  // declared but not in `entries`, kept for explanations
};

// The entry at exactly this path; null if there is none.
Entry* find_entry(FileTree& tree, std::string_view path);
const Entry* find_entry(const FileTree& tree, std::string_view path);

// The entry at `path`, if there is one, and all that are below it.
std::span<const Entry> entries_at_or_below(const FileTree& tree, std::string_view path);

// Whether a repository of the runfiles is first-party code: one of `workspaces`, or one with the
// name that Bazel gives the main repository. A file in no repository (an empty name) is first-party
// too.
bool is_first_party(const FileTree& tree, std::string_view repository);

}  // namespace layer
