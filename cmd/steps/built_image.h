// Looks into an image that is being built, whose layers are written and that nobody can see yet.
#pragma once

#include "oci/inspect/gather_facts.h"
#include "oci/inspect/image_facts.h"
#include "oci/read/stored_image.h"
#include "oci/write/delivery.h"
#include "oci/write/image.h"

namespace cmd {

struct BuiltImage {
  oci::StoredImage image;
  oci::ImageFacts facts;
};

// `delivery` has all layers of the image. Reads those that the store does not know.
BuiltImage look_into(const oci::Image& image, const oci::Delivery& delivery,
                     const oci::GatherOptions& reading);

}  // namespace cmd
