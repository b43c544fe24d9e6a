// The image that an image was built on: which of its layers, of its config and of its history are
// its base's.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "oci/read/stored_image.h"

namespace oci {

struct OldBase {
  StoredImage image;
  size_t layers = 0;   // of the image that is the base's: the first so many
  size_t history = 0;  // the same of its history, once that is repaired
};

// What `base` is of `image`. Throws Error unless the image's layers begin with the base's.
OldBase match_old_base(StoredImage base, const StoredImage& image);

// Finds the base that `image` names by digest (org.opencontainers.image.base.digest) among the blobs
// of layouts and archives: those where the image and the new base are. The manifest of a base stays
// in a layout when its tag gets another image. Throws Error, if the image names none or if none of
// them has it.
OldBase find_old_base(const StoredImage& image, std::span<const Source* const> sources);

}  // namespace oci
