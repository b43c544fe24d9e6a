// CRC-32 as gzip has it. RFC 1952 section 8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// The checksum of `data` behind bytes whose checksum is `before`.
uint32_t crc32_of(std::span<const std::byte> data, uint32_t before = 0);

}  // namespace layer
