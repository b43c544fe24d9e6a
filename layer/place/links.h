// Rules 1 to 4 of "Links": which entry is a symlink to what, whatever layer it falls into.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

struct Link {
  LinkReason reason = LinkReason::kNone;  // kNone: not a symlink; stored, or rule 5's to decide
  uint32_t home = 0;  // the entry that the symlink leads to; unless kDeclared or kNone
};

// A decision for each entry of the tree, in its order. Every link made here leads, in one step, to
// a file that is stored.
std::vector<Link> plan_links(const FileTree& tree, const std::vector<FileFacts>& facts);

// The text of a symlink at `from` that leads to `to`; both relative to the same root. Its bytes are
// those of `to`. Throws Error for a `from` that lies deeper than any path of Linux.
LinkText relative_link(std::string_view from, std::string_view to);
// The same, whole.
std::string_view relative_link(std::string_view from, std::string_view to, StringArena& arena);

}  // namespace layer
