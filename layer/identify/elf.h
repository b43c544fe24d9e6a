// Tells ELF programs from libraries by the first bytes of a file.
#pragma once

#include <cstddef>
#include <span>

namespace layer {

// How many bytes of a file's beginning hold the program headers of any linker's output.
inline constexpr size_t kElfHeadBytes = 4096;

// Whether `head`, the first bytes of a file, shows an ELF file with a PT_INTERP segment: a program
// rather than a library. Program headers beyond `head` count as absent.
bool is_elf_program(std::span<const std::byte> head);

}  // namespace layer
