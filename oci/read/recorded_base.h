// How many layers of an image veneer found below its own, as it recorded when it made the image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "oci/read/stored_image.h"

namespace oci {

// The comment of the history entry that says so. The config has it beside the manifest's annotation:
// a docker archive has no manifest, and other tools drop annotations.
std::string record_of_base_layers(size_t layers);

// How many of an image's layers are those of the base that veneer put it on; no value if veneer did
// not, or did so before it recorded that.
std::optional<uint32_t> recorded_base_layers(const StoredImage& image);

}  // namespace oci
