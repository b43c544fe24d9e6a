// All documents that an image's name leads to: one manifest, or indexes and what they list.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/read/find_image.h"
#include "oci/read/stored_image.h"

namespace oci {

// A manifest or an index. One of `image`, `listed` and `parts` says what it points to.
struct ImageDocument {
  Descriptor descriptor;                           // as its parent has it
  std::string bytes;                               // empty: the image of a docker archive
  std::optional<StoredImage> image;                // a manifest of an image
  std::vector<ImageDocument> listed;               // of an index
  std::vector<std::pair<Descriptor, Blob>> parts;  // of a manifest of something else: its blobs
};

// Reads the documents, and finds all blobs; layers are not read yet. With a platform the result is
// the manifest of the one image that open_image() would open. What an index lists for no platform
// (attestations) or with another config than an image's is not taken for an image. Throws Error.
ImageDocument read_documents(const FoundSource& found, const std::optional<Platform>& platform,
                             const layer::Limits& limits);

}  // namespace oci
