// Reads the ELF header and program headers (System V ABI), in this machine's byte order only.
#include "layer/identify/elf.h"

#include <elf.h>

#include <cstring>

namespace layer {
namespace {

template <typename Header>
bool read_at(std::span<const std::byte> bytes, size_t offset, Header& header) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Header)) return false;
  std::memcpy(&header, bytes.data() + offset, sizeof(Header));
  return true;
}

template <typename ElfHeader, typename ProgramHeader>
bool asks_for_interpreter(std::span<const std::byte> head) {
  ElfHeader elf;
  if (!read_at(head, 0, elf)) return false;
  for (size_t i = 0; i < elf.e_phnum; ++i) {
    ProgramHeader program;
    if (!read_at(head, elf.e_phoff + i * elf.e_phentsize, program)) return false;
    if (program.p_type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

bool is_elf_program(std::span<const std::byte> head) {
  if (head.size() < EI_NIDENT || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) return false;
  switch (std::to_integer<int>(head[EI_CLASS])) {
    case ELFCLASS64:
      return asks_for_interpreter<Elf64_Ehdr, Elf64_Phdr>(head);
    case ELFCLASS32:
      return asks_for_interpreter<Elf32_Ehdr, Elf32_Phdr>(head);
    default:
      return false;
  }
}

}  // namespace layer
