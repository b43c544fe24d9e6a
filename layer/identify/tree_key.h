// Computes one digest for all inputs of a build, from their entries and stamps.
#pragma once

#include <cstdint>
#include <optional>

#include "layer/base/digest.h"
#include "layer/model/file_tree.h"

namespace layer {

// The digest of the tree: of every entry with everything it states, and of the stamp of every file.
// No value if some file has no stamp (see stamp_files()), or one that is not settled at `now`.
std::optional<Digest> tree_key(const FileTree& tree, int64_t now);

}  // namespace layer
