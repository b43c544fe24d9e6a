// What kModeByContent comes to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// 0755 if a file that begins with `head` is ELF or begins with "#!", else 0644. Four bytes are
// enough.
uint32_t mode_of_content(std::span<const std::byte> head);

}  // namespace layer
