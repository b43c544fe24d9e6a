// Finds which package each file of a virtual environment belongs to, by the packages' RECORDs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/model/string_arena.h"
#include "layer/read/walk.h"

namespace layer {

// A package by its *.dist-info folder. Paths are below the directory that was walked.
struct InstalledPackage {
  std::string name;           // as Python packaging normalises it, with '_': "typing_extensions"
  std::string_view folder;    // "lib/python3.11/site-packages/typing_extensions-4.9.0.dist-info"
  std::string_view record{};  // the text of its RECORD; empty if it has none
};

class InstalledPackages {
 public:
  // Reads the RECORD of each package that `items` have, a walk of `directory`. Texts live in
  // `arena`.
  InstalledPackages(const std::string& directory, const std::vector<std::string>& sites,
                    const std::vector<WalkedItem>& items, StringArena& arena);

  // The package that a path belongs to: that in whose folder it is, or else the first by name whose
  // RECORD has it. Null if there is none.
  const InstalledPackage* owner(std::string_view path) const;

 private:
  std::vector<InstalledPackage> packages_;  // in the order of their folders
  NameMap<size_t> owners_;                  // by path
};

// The part of a path up to the first folder whose name ends in ".dist-info", that included; empty
// if there is none.
std::string_view dist_info_of(std::string_view path);

}  // namespace layer
