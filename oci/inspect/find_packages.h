// Finds which packages are installed in an image, and which files are theirs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "oci/inspect/image_facts.h"

namespace oci {

// A PackageText of an image: the node with this inode number holds it.
struct InstalledText {
  uint32_t inode = 0;
  std::string_view text{};
};

// Sets `image.packages`, `image.owners` and `image.distribution` by the texts, which are sorted by
// inode, and the tree.
// A text that is not as its package manager writes it names no package.
void find_packages(const std::vector<InstalledText>& texts, ImageFacts& image);

}  // namespace oci
