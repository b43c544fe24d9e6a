// Finds the repositories that a program's own sources name and may look up among the runfiles.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

// What the repository `source` calls another one; the main repository's own name is empty.
struct RepositoryName {
  std::string_view source;
  std::string_view apparent;
  std::string_view canonical;

  bool operator==(const RepositoryName&) const = default;
};

// The lines "source,apparent,canonical" of a `_repo_mapping` (Bazel's RepoMappingManifestAction), as
// views into the text. Other lines are passed over.
std::vector<RepositoryName> parse_repo_mapping(std::string_view text);

struct Mention {
  std::string_view repository;
  std::string_view path;  // the source that names it, in the image
  uint32_t line = 0;      // in that source
};

// The first mention of each of `repositories` (canonical names, sorted) in first-party code, sorted
// by repository. First-party code is the files *.py and *.sh of at most 1 MiB in the repositories
// `first_party`, except for files in `ignored` (sorted indices of the tree). A name must be a whole
// word and may be canonical or the one that `_repo_mapping` has for first-party code. Throws Error
// for a file that cannot be read.
std::vector<Mention> find_mentions(const FileTree& tree, const std::vector<FileFacts>& facts,
                                   const std::vector<std::string_view>& repositories,
                                   const std::vector<std::string_view>& first_party,
                                   const std::vector<uint32_t>& ignored, StringArena& arena);

}  // namespace layer
