// One thing that an input places: what a reader produces and the resolver decides about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "layer/base/error.h"

namespace layer {

struct Stamp;

// What an input says of many entries alike. Of equal ones the arena has one copy, whose texts live
// there, too: an image may hold a million entries.
struct Declaration {
  std::string_view file{};        // that declares them
  std::string_view owner{};       // Bazel label of what made them; may be empty
  std::string_view group{};       // layer that the input asks for; may be empty
  std::string_view repository{};  // whose files they are, where paths do not say so; else empty

  bool operator==(const Declaration&) const = default;
};
inline constexpr Declaration kNoDeclaration{};

// Where an input declared an entry; see Position.
struct Origin {
  const Declaration* declaration = &kNoDeclaration;
  uint32_t line = 0;
  uint32_t column = 0;

  std::string_view file() const { return declaration->file; }
  Position position() const { return {std::string(file()), line, column}; }
};

// The text of a symlink: so many times "../", then the rest. That of a link which veneer makes ends as
// the path does that it leads to, and so needs no bytes of its own.
struct LinkText {
  std::string_view rest{};
  uint16_t ups = 0;  // Linux takes paths of at most 4096 bytes

  bool is_absolute() const { return ups == 0 && rest.starts_with('/'); }
  std::string to_string() const {
    std::string text;
    text.reserve(size_t{3} * ups + rest.size());
    for (uint16_t i = 0; i < ups; ++i) text += "../";
    return text += rest;
  }
};

enum class EntryKind : uint8_t {
  kFile,          // regular file; its bytes are at Entry::content, a path to open and follow
  kEmptyFile,     // regular file of no bytes, with nothing behind it on disk
  kSymlink,       // link whose text is Entry::content, byte for byte
  kDirectory,     // directory that the input names (an empty one, or one with attributes)
  kTreeArtifact,  // tree artifact: a directory that only its own expanded entries may live in
};

// What an input states about an entry's metadata; what is absent follows veneer's fixed policy
// (uid 0, gid 0, the image's one mtime, mode by kind and content).
struct Attributes {
  std::optional<uint32_t> mode;  // permission bits, 07777
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
  std::optional<int64_t> mtime;  // seconds since the epoch
  // Text of xattrs.h, interned in the arena, so that equal ones are one; null: none.
  const std::string_view* xattrs = nullptr;

  bool operator==(const Attributes&) const = default;
};

// All texts live in the arena that the reader was given, and so do the declaration and `attributes`
// (null: nothing stated).
struct Entry {
  std::string_view path{};  // relative, '/'-separated, no "." or "..", no trailing '/'
  std::string_view
      content{};  // kFile: path to open; kSymlink: link text; kTreeArtifact: its directory
  std::string_view target{};  // SymlinkEntry: its target file's place below the runfiles root
  Origin origin{};
  const Attributes* attributes = nullptr;
  const Stamp* stamp = nullptr;  // kFile: of `content`, if its reader looked at it; in the arena
  EntryKind kind = EntryKind::kFile;
  bool yields_to_base = false;  // kDirectory: `attributes` are what it happens to have on disk, and
                                // what a base image says of this directory is meant

  std::string_view owner() const { return origin.declaration->owner; }
  std::string_view group() const { return origin.declaration->group; }
  std::string_view repository() const { return origin.declaration->repository; }
};

}  // namespace layer
