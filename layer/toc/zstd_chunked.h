// The end of a zstd:chunked layer, which is a zstd layer that can be read file by file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/toc/chunked_places.h"
#include "layer/toc/tar_parts.h"
#include "layer/toc/tar_split.h"
#include "layer/toc/zstd_text.h"

namespace layer {

// containers/storage, pkg/chunked/internal/minimal/compression.go:
//
//   blob   := frame* toc split footer
//   toc    := a skippable frame, with JSON that is compressed
//   split  := a skippable frame, with the tar-split (layer/toc/tar_split.h), compressed
//   footer := a skippable frame, with the places of both
//
// Each content of a file, or piece of one, is frames by itself, and so is what lies between two. A
// reader asks for those of the files that it lacks. The three last frames are no part of the tar:
// other readers of zstd pass over them.
//
// Version of what is said here; a part of the recipe.
inline constexpr int kZstdChunkedVersion = 1;

inline constexpr size_t kChunkedFooterSize = 72;  // the whole skippable frame
// What the last bytes of a blob say; no value if they are no such footer.
std::optional<ChunkedPlaces> read_chunked_footer(std::span<const std::byte> footer);

// The size of the Zstandard frame that begins here; 0 if there is none.
size_t zstd_frame_size(std::span<const std::byte> bytes);

// Makes table and tar-split, frame by frame in the order of the tar.
class ChunkedToc {
 public:
  explicit ChunkedToc(int level);

  // Adds a frame whose compressed bytes begin at `begin` in the blob; `whole` is what WholeFileHash
  // has found in it. Throws Error: check_toc_size().
  void add(std::span<const std::byte> tar, std::span<const TarPart> parts, uint64_t begin,
           const WholeFile& whole);

  // The three last frames of a blob that has `offset` bytes before them. Call once.
  std::vector<std::byte> finish(uint64_t offset);
  // After finish(): the digest of the compressed table, and where both texts are.
  const Digest& digest() const { return digest_; }
  const ChunkedPlaces& places() const { return places_; }

 private:
  // A piece of the file that is being added.
  struct Chunk {
    uint64_t begin = 0;  // in the blob
    uint64_t file_offset = 0;
    uint64_t size = 0;
    Digest digest;
  };

  void put(const std::string& entry);
  void put_file(const Digest& digest, uint64_t end);

  ZstdText text_;
  TarSplit split_;
  ZstdText split_text_;
  bool is_first_ = true;
  TocEntry file_;  // whose content is added
  std::vector<Chunk> chunks_;
  Digest digest_;
  ChunkedPlaces places_;
};

}  // namespace layer
