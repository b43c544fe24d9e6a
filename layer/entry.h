// One thing that an input places: what a reader produces and the resolver decides about.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "layer/error.h"

namespace layer {

struct Stamp;

// Where an input declared an entry. `file` lives in the arena; see Position for the rest.
struct Origin {
  std::string_view file;
  uint32_t line = 0;
  uint32_t column = 0;

  Position position() const { return {std::string(file), line, column}; }
};

enum class EntryKind : uint8_t {
  kFile,       // regular file; its bytes are at Entry::content, a path to open and follow
  kEmptyFile,  // regular file of no bytes, with nothing behind it on disk
  kSymlink,    // link whose text is Entry::content, byte for byte
  kDirectory,  // directory that the input names (an empty one, or one with attributes)
  kTree,       // tree artifact: a directory that only its own expanded entries may live in
};

// What an input states about an entry's metadata; what is absent follows veneer's fixed policy
// (uid 0, gid 0, the image's one mtime, mode by kind and content).
struct Attributes {
  std::optional<uint32_t> mode;  // permission bits, 07777
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
  std::optional<int64_t> mtime;  // seconds since the epoch

  bool operator==(const Attributes&) const = default;
};

// All texts live in the arena that the reader was given, and so does `attributes` (null: nothing
// stated).
struct Entry {
  std::string_view path{};        // relative, '/'-separated, no "." or "..", no trailing '/'
  std::string_view content{};     // kFile: path to open; kSymlink: link text; kTree: its directory
  std::string_view target{};      // SymlinkEntry: its target file's place below the runfiles root
  std::string_view owner{};       // Bazel label of what made it; may be empty
  std::string_view group{};       // layer that the input asks for; may be empty
  std::string_view repository{};  // whose file it is, where its path does not say so; else empty
  Origin origin{};
  const Attributes* attributes = nullptr;
  const Stamp* stamp = nullptr;  // kFile: of `content`, if its reader looked at it; in the arena
  EntryKind kind = EntryKind::kFile;
  bool yields_to_base = false;  // kDirectory: `attributes` are what it happens to have on disk, and
                                // what a base image says of this directory is meant
};

}  // namespace layer
