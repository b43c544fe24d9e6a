// Digests of files on disk.
#pragma once

#include <string_view>

#include "layer/digest.h"

namespace layer {

// Of all the bytes of a regular file; links are followed. Throws Error with the path.
Digest hash_file(std::string_view path);

}  // namespace layer
