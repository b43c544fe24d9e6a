// Orders a layer that is pulled lazily: first what a start needs.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "layer/disk/list_directory.h"
#include "layer/model/plan.h"

namespace layer {

// A file on this machine.
struct ListedFile {
  uint64_t device = 0;
  uint64_t inode = 0;

  auto operator<=>(const ListedFile&) const = default;
};

// What a start needs.
struct StartFiles {
  // If a user lists them: paths in the image, relative, and the files that entries are read from.
  struct Listed {
    std::set<std::string, std::less<>> paths;
    std::set<ListedFile> files;
  };
  std::optional<Listed> listed;
  // If nobody does: those of Python's start, and of this program.
  std::optional<Program> program;
  std::vector<std::string> words;  // of the command: those that are absolute paths in the image
};

// The layer with a landmark, and before it the entries that a start needs, in path order: with each
// its parent directories, the target of a hardlink, and what a symlink leads to, if it is in the
// layer. If there are none, the landmark says so. The other entries follow in path order. Throws
// Error for entries that an eStargz layer cannot hold: with a name that the format reserves, and
// with a name or a link's text that is not UTF-8.
LayerPlan order_for_start(const LayerPlan& plan, const StartFiles& start);

// Throws Error for names, and texts of links, that no table of contents can state: that are not
// UTF-8.
void check_toc_names(const LayerPlan& plan);

// The landmark of a layer that has files before it, or none.
TarEntry landmark_entry(bool has_files_before);

}  // namespace layer
