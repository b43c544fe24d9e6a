// The table of contents of an eStargz layer, which is a gzip layer that can be read file by file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/toc/tar_parts.h"

namespace layer {

// stargz-snapshotter, docs/estargz.md:
//
//   blob   := member* toc footer       each a gzip member
//   toc    := the tar entry kTocName, whose content is JSON, and the end of the tar
//   footer := an empty member of 51 bytes, with the place of `toc` in an extra field
//
// The content of a file, or each piece of a large one, begins a member. What follows it up to the
// next content is in the same member: padding, and headers. No two contents share a member, because
// the library that defines the format verifies no table in which they do.
//
// Version of what is said here, and of the order of entries; a part of the recipe.
inline constexpr int kEstargzVersion = 1;

// Writes the JSON, frame by frame in the order of the tar.
class EstargzToc {
 public:
  EstargzToc();

  // Adds a frame whose compressed bytes begin at `begin` in the blob; `whole` is what WholeFileHash
  // has found in it. Throws Error: check_toc_size().
  void add(std::span<const TarPart> parts, uint64_t begin, const WholeFile& whole);

  // The tar entry with the table, and the end of the tar. Call once.
  std::string finish();
  // Of the JSON, after finish().
  const Digest& digest() const { return digest_; }

 private:
  void begin_line();
  void put_chunk(const TarPart& part, uint64_t begin);

  std::string text_;
  TocEntry file_;     // whose content is added
  size_t whole_ = 0;  // where in the text its digest is
  Digest digest_;
};

inline constexpr size_t kEstargzFooterSize = 51;
// The end of a blob whose table's member begins at `toc`.
std::array<std::byte, kEstargzFooterSize> estargz_footer(uint64_t toc);

}  // namespace layer
