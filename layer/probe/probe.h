// What the checks know of a regular file's content, read once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "layer/model/image_tree.h"
#include "layer/probe/elf_facts.h"

namespace layer {

// The first 16 bytes of a .pyc. PEP 552.
struct PycHeader {
  uint32_t flags = 0;
  uint32_t mtime = 0;  // of the source, in seconds modulo 2^32; if no flag is set
  uint32_t size = 0;   // of the source, modulo 2^32; if no flag is set

  bool is_hash_based() const { return (flags & 1U) != 0; }
};

struct FileProbe {
  std::shared_ptr<const ElfFacts> elf;  // null: the file does not claim to be ELF
  std::optional<PycHeader> pyc;
  std::string text;  // of a script its first 4 KiB, of a file of settings all of it
};

// How much of a file's beginning probe_head() likes to see.
inline constexpr size_t kProbedHead = 4096;

// Whether a file may hold anything that a check asks for, by its name alone: headers, Python
// sources and the like do not.
bool may_matter(std::string_view path);

// Whether more of a file that begins so has to be read.
bool needs_whole_file(std::string_view path, std::span<const std::byte> head);

// From a file's first bytes alone. Of ELF files the header.
FileProbe probe_head(std::string_view path, std::span<const std::byte> head);

// From an open file. Throws Error when it cannot be read.
FileProbe probe_file(std::string_view path, int fd);

// By the files' inode numbers.
class Probes {
 public:
  void put(uint32_t inode, FileProbe probe) { probes_[inode] = std::move(probe); }

  // Null when the file was not looked into.
  const FileProbe* find(const Node& file) const;
  const ElfFacts* find_elf(const Node& file) const;
  std::string_view text(const Node* file) const;  // empty, too, for null

 private:
  std::unordered_map<uint32_t, FileProbe> probes_;
};

}  // namespace layer
