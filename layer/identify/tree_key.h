// One digest for all that the inputs of a build are.
#pragma once

#include <cstdint>
#include <optional>

#include "layer/base/digest.h"
#include "layer/model/file_tree.h"

namespace layer {

// Stands for the tree: every entry with all it states, and the stamp of every file's content. No
// value while there is a file that was not looked at (see stamp_files()), or whose stamp cannot be
// trusted at `now`.
std::optional<Digest> tree_key(const FileTree& tree, int64_t now);

}  // namespace layer
