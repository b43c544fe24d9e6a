// What a program's virtual environment shows of the wheels' own files.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"

namespace layer {

// A path of a virtual environment's site-packages behind which stands what a wheel's repository
// has: one of its files (the entry is that file, an equal one, or a declared link to it), or a
// directory (the entry is a declared link to it).
struct VenvLink {
  uint32_t entry = 0;           // the virtual environment's, in the tree
  std::string_view wheel_path;  // what it shows: "<root>/<repository>/site-packages/..."
};

struct VenvLinks {
  std::vector<std::string_view> sites;         // the site-packages directories; none: no venv
  std::vector<std::string_view> repositories;  // first-party: main repositories, and the sites'
  std::vector<VenvLink> links;  // in the order of `entry`; of several with one entry, the first
                                // is what the input resolved, the others are equal to it
};

// `image` is the tree's view as a file system. A virtual environment is a directory inside
// runfiles that has lib/pythonX.Y/site-packages and is called *.venv or has a pyvenv.cfg.
VenvLinks find_venv_links(const FileTree& tree, const std::vector<FileFacts>& facts,
                          const ImageTree& image);

// Whether a path is a wheel's own, and not first-party.
bool is_wheel_file(const VenvLinks& links, std::string_view path);

}  // namespace layer
