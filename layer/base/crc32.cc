// CRC-32 by libdeflate, the fastest implementation there is.
#include "layer/base/crc32.h"

#include <libdeflate.h>

namespace layer {

uint32_t crc32_of(std::span<const std::byte> data, uint32_t before) {
  if (data.empty()) return before;  // libdeflate takes a null pointer for a request to start
  return libdeflate_crc32(before, data.data(), data.size());
}

}  // namespace layer
