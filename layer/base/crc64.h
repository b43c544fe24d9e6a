// Computes the CRC-64 checksum that tar-split uses (ISO 3309; in catalogues CRC-64/GO-ISO).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// Returns the checksum of some bytes followed by `data`; `before` is the checksum of those bytes.
uint64_t crc64_of(std::span<const std::byte> data, uint64_t before = 0);

}  // namespace layer
