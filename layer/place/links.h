// Decides which entries become symlinks, and to what: rules 1 to 4 of "Links".
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
  LinkReason reason = LinkReason::kNone;  // kNone: not a symlink; rule 5 may still apply
  uint32_t home = 0;                      // the entry it leads to; not for kDeclared and kNone
};

// A decision for each entry of the tree, in its order. Every link made here leads directly to a
// file that is stored.
std::vector<Link> plan_links(const FileTree& tree, const std::vector<FileFacts>& facts);

// The text of a symlink at `from` that leads to `to`. Both are relative to the same root. The text
// is a view into `to`. Throws Error if `from` lies deeper than any path in Linux can.
LinkText relative_link(std::string_view from, std::string_view to);
// The same as one text, in the arena.
std::string_view relative_link(std::string_view from, std::string_view to, StringArena& arena);

}  // namespace layer
