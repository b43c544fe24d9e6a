// Moves wheels' files into the virtual environment: --runfiles-layout=venv.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/identify/identify.h"
#include "layer/identify/mentions.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/venv_links.h"

namespace layer {

// The paths of one wheel's repository that are dropped, in numbers.
struct DroppedPaths {
  std::string repository;
  uint64_t paths = 0;
  uint64_t bytes = 0;  // length of the dropped paths
};

struct VenvLayout {
  FileTree tree;
  std::vector<FileFacts> facts;       // of its entries
  std::vector<DroppedPaths> dropped;  // sorted by repository
  std::vector<Mention> kept;          // mentions that keep a whole repository
};

// A path of a virtual environment that shows a wheel's file becomes that file, and one that shows a
// directory becomes a real directory with everything in it. The wheel's own path is then dropped,
// unless
// - a glob of `keep` matches it (glob.h), by its path in the image or below the runfiles root,
// - a remaining symlink leads to it or through it, or
// - it is in a repository that `mentions` names.
// In these cases it stays, as a link into the virtual environment. No file is lost, only its second
// path. Dropped paths are recorded in FileTree::lost of the result. A glob that matches nothing
// gives a warning in `found`.
VenvLayout move_into_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                          const VenvLinks& links, const std::vector<Mention>& mentions,
                          const std::vector<std::string>& keep, StringArena& arena,
                          Diagnostics& found);

// Calls find_venv_links(), find_mentions() and move_into_venv(). Of the functions here only this
// one reads files. Throws Error if the tree has no virtual environment.
VenvLayout lay_out_as_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                           const std::vector<std::string>& keep, StringArena& arena,
                           Diagnostics& found);

}  // namespace layer
