// Reads what an ELF file tells the kernel and the dynamic linker about itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

// The machine that an ELF file is for. System V ABI, "ELF Header".
struct ElfMachine {
  uint16_t machine = 0;  // e_machine
  bool is_64_bit = false;
  bool is_big_endian = false;

  std::string to_string() const;  // "x86-64", "aarch64", "machine 243 (64-bit)"

  bool operator==(const ElfMachine&) const = default;
};

struct ElfFacts {
  ElfMachine machine;
  bool is_program = false;  // to be executed; else a shared object or an object file
  bool is_shared_object = false;
  std::string interpreter;           // PT_INTERP; empty: none
  std::string soname;                // this and the next: the dynamic section's texts, verbatim
  std::vector<std::string> needed;   // in order
  std::optional<std::string> rpath;  // DT_RPATH
  std::optional<std::string> runpath;
  uint64_t print = 0;  // a hash of size, first bytes and dynamic section
  std::string damage;  // why the file is no valid ELF file; empty: it is
};

// Whether a file that begins with `head` claims to be ELF.
bool is_elf(std::span<const std::byte> head);

// Reads the header alone and leaves every text empty. For files that only need to be found by
// others.
ElfFacts read_elf_header(std::span<const std::byte> head);

// Reads the headers and the dynamic section of an open file of `size` bytes, and nothing else of
// it. What is wrong with a damaged file is in `damage`; what could be read before that is kept.
// Throws Error, naming `source`, if the file cannot be read.
ElfFacts read_elf(int fd, uint64_t size, std::string_view source);

// The machine for a platform's architecture in Go's words ("amd64"); no value for an unknown word.
std::optional<ElfMachine> machine_of(std::string_view architecture);

}  // namespace layer
