// Computes gzip's CRC-32 checksum (RFC 1952 section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// Returns the checksum of some bytes followed by `data`; `before` is the checksum of those bytes.
uint32_t crc32_of(std::span<const std::byte> data, uint32_t before = 0);

}  // namespace layer
