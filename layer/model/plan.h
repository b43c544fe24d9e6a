// The plan: which entry goes into which layer, as what, and why. Data only; the writer's input.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/layer_lock.h"
#include "layer/model/program.h"

namespace layer {

struct Stamp;

enum class TarType : uint8_t { kDirectory, kFile, kSymlink, kHardlink };

// Why an entry is a link; rule numbers are those of "Links" in ARCHITECTURE.md.
enum class LinkReason : uint8_t {
  kNone,              // not a link: a directory, or a file stored here
  kDeclared,          // rule 1: the input declared this symlink
  kSymlinkEntry,      // rule 2: SymlinkEntry whose target is in the image
  kSitePackages,      // rule 3: same content and same path after site-packages/ as a wheel's file
  kInterpreterAlias,  // rule 4: same interpreter under another name beside it
  kContent,           // rule 5: equal content in the same layer
  kSharedRoot,        // a link from a repository's directory to its place below --shared-root
};

// TarEntry::tree_entry of an entry that is not in the tree: an implied directory, or any entry of a
// plan that was read from a file.
inline constexpr uint32_t kNoTreeEntry = 0xffffffff;

// One member of a layer's tar. Texts live in the arena of the build.
struct TarEntry {
  std::string_view path;         // in the image, relative, no trailing '/'
  std::string_view content;      // source(), inline_bytes(), or LinkText::rest of link()
  Origin origin;                 // where an input declared it; no file for an implied directory
  const Stamp* stamp = nullptr;  // of source(), taken when planning, in the arena; may be null
  const std::array<uint8_t, 32>* sha256 = nullptr;  // of source() if links rely on it, else null
  const std::string_view* xattrs = nullptr;         // Attributes::xattrs; null for a symlink
  uint64_t size = 0;  // bytes of a kFile, or of the file that a link replaces (see `reason`)
  int64_t mtime = 0;  // seconds since the epoch
  uint32_t mode = 0;  // permission bits; kModeByContent: decided when the bytes are read
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t tree_entry = kNoTreeEntry;  // index in the tree that was planned
  TarType type = TarType::kFile;
  LinkReason reason = LinkReason::kNone;
  uint16_t ups = 0;        // LinkText::ups of a kSymlink
  bool is_inline = false;  // a kFile that is not on disk

  // For a kFile, the file to read; empty for a file of no bytes, and for one that is not on disk.
  std::string_view source() const {
    return type == TarType::kFile && !is_inline ? content : std::string_view();
  }
  // The bytes of a kFile that is not on disk.
  std::string_view inline_bytes() const {
    return type == TarType::kFile && is_inline ? content : std::string_view();
  }
  // For a kSymlink, its text; for a kHardlink, the path of an earlier entry of its layer.
  std::string link() const {
    const bool is_link = type == TarType::kSymlink || type == TarType::kHardlink;
    return is_link ? LinkText{content, ups}.to_string() : std::string();
  }
};

// The mode of a file whose input states none: 0755 if it is ELF or begins with "#!", else 0644.
inline constexpr uint32_t kModeByContent = 0xffffffff;

// One layer. Entries are in bytewise path order, no path twice. Every parent directory is there,
// before its children, and a hardlink comes after its target. A layer that is pulled lazily begins
// with `lead` entries that are apart from this order, and the others follow in it: what a start
// needs, in path order, and a landmark (layer/plan/start_order.h).
struct LayerPlan {
  std::string name;    // "interpreter", "packages-2", "torch", "app"; unique in its image
  std::string reason;  // one line for people: what is in it, and why it is a layer of its own
  std::vector<TarEntry> entries;
  size_t lead = 0;
};

// An entry that is in no layer, because the base image has the same at its path.
struct InBase {
  std::string_view path;
  Origin origin;
  uint64_t size = 0;  // bytes of a file
  TarType type = TarType::kFile;
};

struct ImagePlan {
  std::vector<LayerPlan> layers;   // bottom first
  std::vector<InBase> in_base;     // in bytewise path order
  uint64_t repeated_bytes = 0;     // of files that are stored although an equal one is stored too:
                                   // in another layer, or a program in another directory
  std::optional<LayerLock> lock;   // if one is kept: the lock to record
  std::optional<Program> program;  // that the image starts; absent: the inputs do not tell
};

}  // namespace layer
