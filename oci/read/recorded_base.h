// The record, in an image that veneer made, of how many of its layers are its base's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "oci/read/stored_image.h"

namespace oci {

// The text of the record, for the comment of a history entry. The config holds it beside the
// manifest's annotation because a docker archive has no manifest and other tools drop annotations.
std::string record_of_base_layers(size_t layers);

// How many of an image's layers are those of the base that veneer put it on. No value if the image
// has no valid record: another tool made it, or a veneer that did not record this yet.
std::optional<uint32_t> recorded_base_layers(const StoredImage& image);

}  // namespace oci
