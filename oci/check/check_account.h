// Whether the user that an image of existing layers is to run as is in it.
#pragma once

#include <span>
#include <vector>

#include "layer/check/finding.h"
#include "oci/model/config.h"
#include "oci/read/read_base.h"
#include "oci/read/stored_image.h"
#include "oci/write/layer_descriptor.h"

namespace oci {

// Runs layer::check_user() on `layers` over `base` (null: none) for the user of `config`. Reads the
// base, which a store saves, and the layers; nothing if the user is a number, as engines take any.
// Throws Error for a layer that cannot be read.
std::vector<layer::Finding> check_account(const StoredImage* base,
                                          std::span<const LayerBlob> layers,
                                          const ImageConfig& config,
                                          const ReadBaseOptions& reading);

}  // namespace oci
