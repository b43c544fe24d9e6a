// Base64, with padding and without line breaks (RFC 4648, section 4).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace layer {

std::string base64_of(std::span<const std::byte> bytes);

// The bytes that such a text stands for; no value for any other text.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace layer
