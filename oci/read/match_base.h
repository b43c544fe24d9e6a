// Finds files of a base image that the inputs may have again, while the base is read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"
#include "layer/place/base_contents.h"
#include "oci/read/read_tree.h"

namespace oci {

// Hashes every file of the base that has the name and size of an input file, whatever its folder:
// where an input's path leads in the base is known only once all of the base is read. So some files
// are hashed in vain, but the base is read only once.
class BaseMatcher : public FileVisitor {
 public:
  // `tree` outlives this.
  explicit BaseMatcher(const layer::FileTree& tree);

  bool wants(const layer::Node& file, std::span<const std::byte> head) override;
  void take(const layer::Node& file, int fd) override;
  // Replaces both for a file whose content may be in `known`; false if it is wanted and not known.
  bool recall(const layer::Node& file, const layer::BaseContents& known);

  // Call once, after the base is read. Hashes the input files that have a match in the base, on
  // `jobs` threads; a store, if given, saves hashing what it knows. Throws Error for a file that
  // cannot be read.
  layer::BaseContents finish(unsigned jobs, layer::Store* store);

 private:
  // Input files of one name.
  struct Name {
    std::vector<uint32_t> entries;      // indices in the tree
    std::vector<layer::Stamp> stamps;   // of `entries`, in their order; empty until asked for
    std::vector<uint64_t> found_sizes;  // of files that the base has, too; sorted
  };

  bool matches(const layer::Node& file);

  const layer::FileTree& tree_;
  layer::NameMap<Name> names_;
  layer::BaseContents contents_;
};

}  // namespace oci
