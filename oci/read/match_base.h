// Finds out which files of a base image the inputs may have again, while the base is read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/place/base_contents.h"
#include "oci/read/read_tree.h"

namespace oci {

// Hashes what has the name and size of an input file, whatever its folder: where an input's path
// leads in the base is known only when all of the base is. Its file may thus be read for nothing,
// but the base is read once.
class BaseMatcher : public FileVisitor {
 public:
  // `tree` outlives this.
  explicit BaseMatcher(const layer::FileTree& tree);

  bool wants(const layer::Node& file, std::span<const std::byte> head) override;
  void take(const layer::Node& file, int fd) override;
  // Instead of both, for a file whose content may be known; false if it is not, and is wanted.
  bool recall(const layer::Node& file, const layer::BaseContents& known);

  // Call once, when the base is read. Hashes the input files that the base has a match for, in
  // `jobs` threads; a store, if given, saves hashing what it knows. Throws Error for one that cannot
  // be read.
  layer::BaseContents finish(unsigned jobs, layer::Store* store);

 private:
  // Input files of one name.
  struct Name {
    std::vector<uint32_t> entries;      // indices in the tree
    std::vector<layer::Stamp> stamps;   // theirs, in that order; empty until the name is asked for
    std::vector<uint64_t> found_sizes;  // that the base has, too, sorted
  };

  bool matches(const layer::Node& file);

  const layer::FileTree& tree_;
  std::unordered_map<std::string_view, Name> names_;
  layer::BaseContents contents_;
};

}  // namespace oci
