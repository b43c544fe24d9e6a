// Where a zstd:chunked layer has its table of contents and its tar-split.
#pragma once

#include <cstdint>
#include <string>

namespace layer {

// Where a compressed text is in the blob.
struct TextPlace {
  uint64_t offset = 0;  // behind the head of the skippable frame
  uint64_t size = 0;
  uint64_t plain_size = 0;
};

// What annotations say of a layer.
struct ChunkedPlaces {
  TextPlace toc;
  TextPlace split;

  // "OFFSET:SIZE:PLAIN-SIZE:1", the last number being the form of the table; and of the tar-split.
  std::string toc_position() const;
  std::string split_position() const;
};

}  // namespace layer
