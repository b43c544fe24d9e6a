// An entry: one path that an input declares, what is there, and where it was declared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "layer/base/error.h"

namespace layer {

struct Stamp;

// What many entries of an input have in common. The arena keeps one copy of equal declarations and
// of their texts, because an image may hold a million entries.
struct Declaration {
  std::string_view file{};        // the input that declares them
  std::string_view owner{};       // Bazel label of the target that made them; may be empty
  std::string_view group{};       // layer that the input asks for; may be empty
  std::string_view repository{};  // their repository, if paths do not show it; else empty

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

// The text of a symlink: `ups` times "../", then `rest`. A link that veneer makes ends as the path
// of its target does, so its `rest` is a view into that path and needs no bytes of its own.
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
  kFile,          // regular file; Entry::content is the path to open, links followed
  kEmptyFile,     // regular file of no bytes, without a file on disk
  kInlineFile,    // regular file that is not on disk; Entry::content is its bytes
  kSymlink,       // symlink; Entry::content is its text, byte for byte
  kDirectory,     // directory that the input names: an empty one, or one with attributes
  kTreeArtifact,  // tree artifact: a directory that only its own expanded entries may be in
};

// What an input states about an entry's metadata. What it does not state follows veneer's fixed
// policy: uid 0, gid 0, the image's one mtime, mode by kind and content.
struct Attributes {
  std::optional<uint32_t> mode;  // permission bits, 07777
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
  std::optional<int64_t> mtime;  // seconds since the epoch
  // The text form of xattrs.h, interned in the arena, so that equal texts have equal pointers.
  // Null: none.
  const std::string_view* xattrs = nullptr;

  bool operator==(const Attributes&) const = default;
};

// All texts live in the arena that the reader was given, and so do the declaration and `attributes`
// (null: nothing stated).
struct Entry {
  std::string_view path{};  // relative, '/'-separated, no "." or "..", no trailing '/'
  std::string_view
      content{};  // kFile: path to open; kInlineFile: bytes; kSymlink: link text; kTreeArtifact:
                  // its directory
  std::string_view target{};  // SymlinkEntry: its target's path below the runfiles root
  Origin origin{};
  const Attributes* attributes = nullptr;
  const Stamp* stamp = nullptr;  // kFile: of the file, if its reader statted it; in the arena
  EntryKind kind = EntryKind::kFile;
  bool yields_to_base = false;  // kDirectory: `attributes` are only what it has on disk, so those
                                // of the base image's directory take precedence

  std::string_view owner() const { return origin.declaration->owner; }
  std::string_view group() const { return origin.declaration->group; }
  std::string_view repository() const { return origin.declaration->repository; }
};

}  // namespace layer
