// By ISA-L.
#include "layer/base/crc64.h"

#include <isa-l/crc64.h>

#include "layer/base/upper_registers.h"

namespace layer {

uint64_t crc64_of(std::span<const std::byte> data, uint64_t before) {
  const uint64_t crc =
      crc64_iso_refl(before, reinterpret_cast<const unsigned char*>(data.data()), data.size());
  clear_upper_registers();
  return crc;
}

}  // namespace layer
