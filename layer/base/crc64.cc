// By ISA-L.
#include "layer/base/crc64.h"

#include <isa-l/crc64.h>

namespace layer {

uint64_t crc64_of(std::span<const std::byte> data, uint64_t before) {
  return crc64_iso_refl(before, reinterpret_cast<const unsigned char*>(data.data()), data.size());
}

}  // namespace layer
