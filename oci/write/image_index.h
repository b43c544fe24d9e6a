// An image index: one image for several platforms, made of images that exist.
#pragma once

#include <string>
#include <vector>

#include "oci/model/descriptor.h"
#include "oci/read/stored_image.h"
#include "oci/write/destination.h"
#include "oci/write/image.h"

namespace oci {

// An index of the images' manifests, in their order, each with the platform of its config
// (image-spec image-index.md); its bytes are where those of a manifest are. Throws Error when two
// images are for one platform, or one has no manifest: a docker archive's.
Image assemble_index(const std::vector<StoredImage>& images, const StringMap& annotations);

// Copies all that the index leads to, but not the index itself, which commit() writes.
void add_images(const std::vector<StoredImage>& images, Destination& destination);

}  // namespace oci
