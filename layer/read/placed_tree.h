// Walks a directory and makes the entries of what goes into the image.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/list_directory.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/read/ignore_rules.h"
#include "layer/read/source_tree.h"

namespace layer {

// A directory on disk and its place in the image.
struct TreePlace {
  std::string source;
  std::string_view destination;  // normalised; empty: the image's root
};

struct TreeContext {
  const TreeOptions& options;
  const std::vector<FileIdentity>& own;
  StringArena& arena;
  Diagnostics& found;
  std::vector<Diagnostic>& notes;
  TreePurpose purpose = TreePurpose::kFiles;
};

// The attributes to state for a file or directory with this mode and these extended attributes on
// disk; null: none.
const Attributes* tree_attributes(uint32_t mode, bool is_directory, std::string_view xattrs,
                                  const TreeContext& context);

// The entries below the directory, in tree order. See SourceTrees::read().
std::vector<Entry> entries_below(const TreePlace& place, IgnoreRules& rules,
                                 const TreeContext& context);

}  // namespace layer
