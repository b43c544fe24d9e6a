// Platforms that there are.
#pragma once

#include <string_view>

#include "oci/model/platform.h"

namespace oci {

// As parse_platform(); throws Error, too, for an operating system or an architecture that Go, whose
// words images use, has no word for: an image for such a platform runs nowhere.
Platform parse_known_platform(std::string_view text);

}  // namespace oci
