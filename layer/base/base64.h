// Encodes bytes as base64.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace layer {

// With padding and without line breaks (RFC 4648, section 4).
std::string base64_of(std::span<const std::byte> bytes);

}  // namespace layer
