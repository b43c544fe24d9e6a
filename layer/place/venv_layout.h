// --runfiles-layout=venv: wheels' files at home in the virtual environment, their own paths gone.
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

// The paths of one wheel's repository that are dropped.
struct DroppedPaths {
  std::string repository;
  uint64_t paths = 0;
  uint64_t bytes = 0;  // of the paths themselves
};

struct VenvLayout {
  FileTree tree;
  std::vector<FileFacts> facts;       // of its entries
  std::vector<DroppedPaths> dropped;  // by repository
  std::vector<Mention> kept;          // what keeps a whole repository that would have been dropped
};

// A path of a virtual environment that shows a wheel's file becomes that file, and one that shows
// a directory becomes a directory with everything in it; a wheel's path that is so shown is
// dropped, except for what
//   - a glob of `keep` matches (glob.h), by its path in the image or below the runfiles root,
//   - a remaining symlink leads to or through,
//   - lies in a repository that `mentions` names.
// These stay, as links to the virtual environment. So nothing of what the input holds is lost: all
// that goes is a second way to it. What goes is noted in the result's FileTree::lost. A glob that
// matches nothing is a warning in `found`.
VenvLayout move_into_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                          const VenvLinks& links, const std::vector<Mention>& mentions,
                          const std::vector<std::string>& keep, StringArena& arena,
                          Diagnostics& found);

// find_venv_links, find_mentions and move_into_venv in a row: the one call that reads files. Throws
// Error if the tree has no virtual environment.
VenvLayout lay_out_as_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                           const std::vector<std::string>& keep, StringArena& arena,
                           Diagnostics& found);

}  // namespace layer
