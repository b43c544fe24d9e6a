// The mode of a file whose input states none: 0755 for a program or script, else 0644.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// 0755 if the file that begins with `head` is ELF or begins with "#!", else 0644. Four bytes of it
// are enough.
uint32_t mode_of_content(std::span<const std::byte> head);

}  // namespace layer
