// What differs between two images: paths, packages, config, layers.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "oci/inspect/image_facts.h"
#include "oci/read/stored_image.h"

namespace oci {

// An image, and what is in it. Both outlive what is found out about them.
struct ImageSubject {
  const StoredImage& image;
  const ImageFacts& facts;
};

// In what two things at one path differ.
struct FileDifference {
  bool type = false;     // file, directory, symlink, device; the others are then not compared
  bool content = false;  // of files; or the numbers of a device
  bool link = false;     // a symlink's text
  bool mode = false;
  bool owner = false;
  bool time = false;
  bool xattrs = false;
  bool hardlinks = false;  // which other path has the same inode

  bool any() const;
};

// At least one of the two is there.
struct FileChange {
  const layer::Node* before = nullptr;
  const layer::Node* after = nullptr;
  FileDifference difference{};  // if both are there

  const layer::Node& node() const {
    const layer::Node* const node = after == nullptr ? before : after;
    if (node == nullptr) throw std::logic_error("a change of nothing");
    return *node;
  }
};

// Two packages of the same kind, name and architecture, or one that has come or gone.
struct PackageChange {
  uint32_t before = kNone;  // index in ImageFacts::packages
  uint32_t after = kNone;
  std::vector<uint32_t> files;  // indices of FileChanges that are of either
};

// Whether times alone make two entries differ.
enum class CompareTimes : uint8_t { kYes, kNo };

struct ImageDiff {
  std::vector<FileChange> files;        // in tree order
  std::vector<uint32_t> package_of;     // of each of `files`: index in `packages`, or kNone
  std::vector<PackageChange> packages;  // those that have changed, or files of which have
};

ImageDiff compare_images(const ImageSubject& before, const ImageSubject& after, CompareTimes times);

}  // namespace oci
