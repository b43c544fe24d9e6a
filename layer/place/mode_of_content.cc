// Decides by the magic bytes.
#include "layer/place/mode_of_content.h"

#include <cstring>
#include <string_view>

namespace layer {

uint32_t mode_of_content(std::span<const std::byte> head) {
  const auto begins_with = [&](std::string_view magic) {
    return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
  };
  return begins_with("\177ELF") || begins_with("#!") ? 0755 : 0644;
}

}  // namespace layer
