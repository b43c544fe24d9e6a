// Reads what the checks need to know of a file's content: ELF facts, .pyc header, script text.
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
  uint32_t mtime = 0;  // of the source, in seconds modulo 2^32; only without flags
  uint32_t size = 0;   // of the source, modulo 2^32; only without flags

  bool is_hash_based() const { return (flags & 1U) != 0; }
};

struct FileProbe {
  std::shared_ptr<const ElfFacts> elf;  // null: the file does not claim to be ELF
  std::optional<PycHeader> pyc;
  std::string text;  // the first 4 KiB of a script, or the whole of a settings file
};

// How many bytes of a file's beginning probe_head() should be given.
inline constexpr size_t kProbedHead = 4096;

// Whether the checks may need a file's content, by its name alone. Headers, Python sources and the
// like are not needed.
bool may_matter(std::string_view path);

// Whether more than `head` has to be read of a file that begins with it.
bool needs_whole_file(std::string_view path, std::span<const std::byte> head);

// Probes a file by its first bytes alone. For an ELF file that is its header.
FileProbe probe_head(std::string_view path, std::span<const std::byte> head);

// Probes an open file that is at `path` in the image. Throws Error if it cannot be read, which names
// `source`, the place from which it is read.
FileProbe probe_file(std::string_view path, int fd, std::string_view source);

// The probes of an image's files, by inode number (Node::inode).
class Probes {
 public:
  // Throws Error when they hold more texts than any image needs.
  void put(const Node& file, FileProbe probe);

  // Null if the file was not probed.
  const FileProbe* find(const Node& file) const;
  const ElfFacts* find_elf(const Node& file) const;
  std::string_view text(const Node* file) const;  // empty if null or not probed

 private:
  std::unordered_map<uint32_t, FileProbe> probes_;
  uint64_t size_ = 0;  // bytes of their texts, about
};

}  // namespace layer
