// Which repositories a program's own sources name: what they may look up among the runfiles.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

struct Mention {
  std::string_view repository;
  std::string_view path;  // of the source that names it, in the image
  uint32_t line = 0;      // of that source
};

// The first mention of each of `repositories` (sorted, canonical names) by first-party code: files
// of the repositories `first_party` that are called *.py or *.sh and hold up to 1 MiB. A name
// counts where it is a whole word, canonical or as `_repo_mapping` calls it for first-party code;
// files of `ignored` (sorted indices of the tree) are not looked at. Sorted by repository. Throws
// Error for a file that cannot be read.
std::vector<Mention> find_mentions(const FileTree& tree, const std::vector<FileFacts>& facts,
                                   const std::vector<std::string_view>& repositories,
                                   const std::vector<std::string_view>& first_party,
                                   const std::vector<uint32_t>& ignored, StringArena& arena);

}  // namespace layer
