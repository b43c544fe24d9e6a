// Reads a layer's table of contents object by object, so that memory does not grow with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/xattrs.h"

namespace oci {

// What the table states of an entry of the tar, or of a further piece of a file. eStargz:
// stargz-snapshotter, docs/estargz.md, "TOCEntry"; zstd:chunked: containers/storage,
// pkg/chunked/internal/minimal/compression.go, FileMetadata.
struct TableEntry {
  std::string name;
  std::string type;  // as layer::TocEntry::type; "chunk": a further piece
  std::string link;
  uint64_t size = 0;  // bytes of a file
  std::string mtime;  // RFC 3339; may be empty
  int64_t mode = 0;
  int64_t uid = 0;
  int64_t gid = 0;
  int64_t device_major = 0;
  int64_t device_minor = 0;
  std::vector<layer::Xattr> xattrs;  // by name
  // "sha256:…"; empty if they are not stated.
  std::string digest;         // of the whole content
  std::string piece_digest;   // of this piece
  uint64_t piece_offset = 0;  // in the file
  uint64_t piece_size = 0;    // 0: up to the end of the file
  bool is_hole = false;       // this piece is zeros, and is not stored
};

// What helps against a wrong table.
inline constexpr const char* kTableRemedy =
    "have the layer compressed anew: `veneer convert SRC DST --compression estargz --recompress`";

class TableReader {
 public:
  // `blob` is the layer's name, for messages. Throws Error for a text that is no table.
  TableReader(std::string text, std::string blob);

  // The next element of the list; no value at its end. Throws Error for one that readers refuse, or
  // of which it depends on the reader what it says.
  std::optional<TableEntry> next();

 private:
  layer::Error refusal(std::string_view what) const;

  std::string text_;
  std::string blob_;
  size_t at_ = 0;  // of the next element, or of what is before it
  size_t count_ = 0;
};

}  // namespace oci
