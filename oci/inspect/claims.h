// Gives the files of an image to the packages that list them, within bounds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "oci/inspect/image_facts.h"

namespace oci {

// A file belongs to the first package that claims it. A list may name any path as often as it likes,
// and paths that lead through links: once that took more work than any real image takes, what is
// still claimed belongs to no package.
class Claims {
 public:
  // Changes owners and sizes of `image`, which outlives it; `image.packages` stays as it is.
  explicit Claims(ImageFacts& image);

  // The file at a path, which may begin with '/' or "./" and lead through links. Returns what is
  // there, whoever has it; null if nothing is, or if there is no work left.
  const layer::Node* claim(std::string_view path, uint32_t package);
  // What a node is or, if it is a link, leads to; null as above.
  const layer::Node* follow(const layer::Node& node);
  bool has_work_left() const { return work_left_ > 0; }

  // All files below a folder, or the one file of this very path.
  void claim_below(std::string_view path, uint32_t package);

  // Files that Python made of modules: "a/__pycache__/b.cpython-311.pyc" goes with "a/b.py".
  void claim_compiled();

  // Directories in which every file is of one package; of a Python package, those below the folder
  // of its site-packages. Call when all files are claimed.
  void claim_directories();

 private:
  bool may_work(uint64_t amount);
  const layer::Node* walk(std::string_view path, layer::FinalLink last);
  void give(const layer::Node& node, uint32_t package);
  bool may_have_directory(const layer::Node& directory, uint32_t package) const;

  ImageFacts& image_;
  std::vector<bool> is_counted_;  // by inode
  uint64_t work_left_;
};

}  // namespace oci
