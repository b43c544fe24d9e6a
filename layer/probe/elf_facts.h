// What an ELF file says of itself to the kernel and to the dynamic linker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

// What decides where code runs. System V ABI, "ELF Header".
struct ElfMachine {
  uint16_t machine = 0;  // e_machine
  bool is_64_bit = false;
  bool is_big_endian = false;

  std::string to_string() const;  // "x86-64", "aarch64", "machine 243 (64-bit)"

  bool operator==(const ElfMachine&) const = default;
};

struct ElfFacts {
  ElfMachine machine;
  bool is_program = false;  // asks to be executed; else a shared object, or an object file
  bool is_shared_object = false;
  std::string interpreter;           // PT_INTERP; empty: none
  std::string soname;                // the dynamic section's texts, as they are written
  std::vector<std::string> needed;   // in order
  std::optional<std::string> rpath;  // DT_RPATH
  std::optional<std::string> runpath;
  uint64_t print = 0;  // equal for equal files: made of size, first bytes and dynamic section
  std::string damage;  // why the file cannot be what it claims to be; empty: it can
};

// Whether a file that begins so claims to be ELF.
bool is_elf(std::span<const std::byte> head);

// The header alone; every text stays empty. For files that are only looked for by others.
ElfFacts read_elf_header(std::span<const std::byte> head);

// All of it, from an open file of `size` bytes; reads its headers and dynamic section, not the
// rest. A damaged file is told in `damage`; what could be read before stays.
ElfFacts read_elf(int fd, uint64_t size);

// The machine that a platform's architecture, in Go's words ("amd64"), stands for; no value for
// words that are not known.
std::optional<ElfMachine> machine_of(std::string_view architecture);

}  // namespace layer
