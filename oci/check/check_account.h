// Checks the user of an image that is made of existing layers: its account, and what it may read.
#pragma once

#include <span>
#include <vector>

#include "layer/check/finding.h"
#include "oci/model/config.h"
#include "oci/read/read_base.h"
#include "oci/read/stored_image.h"
#include "oci/write/layer_descriptor.h"

namespace oci {

// Runs layer::check_user() for the user of `config` on the image that `layers` make on `base`
// (null: none). Reads the layers and the base; a store saves reading a base that it knows. Finds
// nothing and reads nothing if the user is empty or of numbers that engines take, because these need
// no account.
// Throws Error for a layer that cannot be read.
std::vector<layer::Finding> check_account(const StoredImage* base,
                                          std::span<const LayerBlob> layers,
                                          const ImageConfig& config,
                                          const ReadBaseOptions& reading);

}  // namespace oci
