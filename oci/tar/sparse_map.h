// Where the bytes of a sparse file go, as GNU tar states it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/tar/pax_records.h"
#include "oci/tar/tar_header.h"

namespace oci {

struct SparsePiece {
  int64_t offset = 0;  // in the file
  int64_t size = 0;
};

using SparseMap = std::vector<SparsePiece>;

// Where a map is. GNU tar, "Storing Sparse Files".
enum class SparseForm : uint8_t {
  kNone,
  kHeader,   // type 'S': in the header, and in blocks behind it
  kRecords,  // pax formats 0.0 and 0.1: in a pax header
  kContent,  // pax format 1.0: in front of the content
};

// Of an entry that is not of type 'S'. A version that Go does not know is none.
SparseForm sparse_form(const PaxRecords& records);

// Adds the pieces of a header, or of a block behind it. False if one is no number.
bool add_sparse_pieces(std::span<const char, kTarHeader> block, bool is_header, SparseMap& map);
// Whether a block with more pieces follows.
bool has_more_pieces(std::span<const char, kTarHeader> block, bool is_header);

// The map of a pax header. No value if it is malformed.
std::optional<SparseMap> sparse_map_of(const PaxRecords& records);

// A map at the beginning of a content: lines of decimal numbers, the first of which says how many
// pieces there are. It takes whole blocks.
class SparseText {
 public:
  // The next block of the content.
  void add(std::string_view block);
  bool is_complete() const;
  // No value if it is malformed.
  std::optional<SparseMap> map() const;

 private:
  std::optional<int64_t> count() const;

  std::string text_;
  uint64_t lines_ = 0;
};

// Whether the pieces lie in a file of this size, in order and apart, and are as long as what is
// stored.
bool is_sound(const SparseMap& map, int64_t file_size, uint64_t stored);

}  // namespace oci
