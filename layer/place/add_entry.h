// Adds single entries to a tree that is merged already.
#pragma once

#include <string_view>

#include "layer/model/file_tree.h"

namespace layer {

// Inserts the entry at its place; if an entry is there already, returns that. Throws Error if it
// would lie below something that is no directory; `option` is what asks for it, and `help` the
// remedy.
Entry& add_entry(FileTree& tree, const Entry& entry, std::string_view option,
                 std::string_view help);

}  // namespace layer
