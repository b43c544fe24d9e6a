// Makes an image index, one image for several platforms, of images that exist.
#pragma once

#include <string>
#include <vector>

#include "oci/model/descriptor.h"
#include "oci/read/stored_image.h"
#include "oci/write/destination.h"
#include "oci/write/image.h"

namespace oci {

// Makes an index of the images' manifests, in their order, each with the platform of its config
// (image-spec image-index.md). The result has the index's bytes as `manifest_bytes`. Throws Error
// when there is no image, when two are for one platform, or when one has no manifest because it
// comes from a docker archive.
Image assemble_index(const std::vector<StoredImage>& images, const StringMap& annotations);

// Adds to `destination` all that the index leads to. The index itself is written by commit().
void add_images(const std::vector<StoredImage>& images, Destination& destination);

}  // namespace oci
