// The mode of an entry whose input states none: 0755 for a program, 0644 for any other file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace layer {

// 0755 if a file that begins with `head` is ELF or begins with "#!", else 0644. Four bytes are
// enough.
uint32_t mode_of_content(std::span<const std::byte> head);

}  // namespace layer
