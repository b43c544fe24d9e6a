// Parses a platform, and refuses one that does not exist.
#pragma once

#include <string_view>

#include "oci/model/platform.h"

namespace oci {

// As parse_platform(). Also throws Error for an operating system or an architecture that Go does
// not have: images use Go's words, and an image for any other platform runs nowhere.
Platform parse_known_platform(std::string_view text);

}  // namespace oci
