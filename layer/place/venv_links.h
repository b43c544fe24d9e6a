// Finds the paths of virtual environments that show wheels' files.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"

namespace layer {

// A path in a virtual environment's site-packages that shows something of a wheel's repository: a
// file (the entry is that file, an equal one, or a declared link to it), or a directory (the entry
// is a declared link to it).
struct VenvLink {
  uint32_t entry = 0;           // the virtual environment's; index in the tree
  std::string_view wheel_path;  // the path it shows: "<root>/<repository>/site-packages/..."
};

struct VenvLinks {
  std::vector<std::string_view> sites;         // the site-packages directories; empty: no venv
  std::vector<std::string_view> repositories;  // first-party: the main ones, and those of the sites
  std::vector<VenvLink> links;  // in the order of `entry`. If an entry has several, the first is
                                // the one that the input has, and the others are equal to it
};

// Finds them. A virtual environment is a directory inside
// runfiles that has lib/pythonX.Y/site-packages and is named *.venv or has a pyvenv.cfg.
VenvLinks find_venv_links(const FileTree& tree, const std::vector<FileFacts>& facts);

// Whether a path is a wheel's own path and is not in a first-party repository.
bool is_wheel_file(const VenvLinks& links, std::string_view path);

}  // namespace layer
