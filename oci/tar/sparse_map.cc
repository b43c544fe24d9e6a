// Reads the three forms of a map as Go's archive/tar does: reader.go.
#include "oci/tar/sparse_map.h"

#include <algorithm>

namespace oci {
namespace {

constexpr size_t kNumberSize = 12;
constexpr size_t kPieceSize = 2 * kNumberSize;
// Of a header, and of a block behind it: where the pieces begin, and how many there may be.
constexpr size_t kHeaderPieces = 386;
constexpr size_t kPiecesOfHeader = 4;
constexpr size_t kPiecesOfBlock = 21;

size_t pieces_begin(bool is_header) {
  return is_header ? kHeaderPieces : 0;
}

size_t most_pieces(bool is_header) {
  return is_header ? kPiecesOfHeader : kPiecesOfBlock;
}

std::optional<int64_t> take_number(std::string_view& text, char end) {
  const size_t size = text.find(end);
  const std::optional<int64_t> number = pax_number(text.substr(0, size));
  text.remove_prefix(size == text.npos ? text.size() : size + 1);
  return number;
}

// Takes so many pieces off the text.
std::optional<SparseMap> take_pieces(std::string_view text, int64_t count, char end) {
  SparseMap map;
  for (int64_t i = 0; i < count; ++i) {
    const std::optional<int64_t> offset = take_number(text, end);
    const std::optional<int64_t> size = take_number(text, end);
    if (!offset || !size) return std::nullopt;
    map.push_back({*offset, *size});
  }
  return map;
}

}  // namespace

SparseForm sparse_form(const PaxRecords& records) {
  const std::string_view major = pax_value(records, "GNU.sparse.major");
  const std::string_view minor = pax_value(records, "GNU.sparse.minor");
  if (major == "0" && (minor == "0" || minor == "1")) return SparseForm::kRecords;
  if (major == "1" && minor == "0") return SparseForm::kContent;
  if (!major.empty() || !minor.empty()) return SparseForm::kNone;
  const bool has_map = !pax_value(records, "GNU.sparse.map").empty();
  return has_map ? SparseForm::kRecords : SparseForm::kNone;
}

bool add_sparse_pieces(std::span<const char, kTarHeader> block, bool is_header, SparseMap& map) {
  for (size_t i = 0; i < most_pieces(is_header); ++i) {
    const std::string_view piece(block.data() + pieces_begin(is_header) + i * kPieceSize,
                                 kPieceSize);
    if (piece[0] == '\0') return true;
    const std::optional<int64_t> offset = tar_number(piece.substr(0, kNumberSize));
    const std::optional<int64_t> size = tar_number(piece.substr(kNumberSize));
    if (!offset || !size) return false;
    map.push_back({*offset, *size});
  }
  return true;
}

bool has_more_pieces(std::span<const char, kTarHeader> block, bool is_header) {
  return block[pieces_begin(is_header) + most_pieces(is_header) * kPieceSize] != '\0';
}

std::optional<SparseMap> sparse_map_of(const PaxRecords& records) {
  const std::string_view text = pax_value(records, "GNU.sparse.map");
  const std::optional<int64_t> count = pax_number(pax_value(records, "GNU.sparse.numblocks"));
  const auto numbers = text.empty() ? 0 : std::ranges::count(text, ',') + 1;
  if (!count || *count < 0 || numbers % 2 != 0 || numbers / 2 != *count) return std::nullopt;
  return take_pieces(text, *count, ',');
}

void SparseText::add(std::string_view block) {
  text_ += block;
  lines_ += static_cast<uint64_t>(std::ranges::count(block, '\n'));
}

std::optional<int64_t> SparseText::count() const {
  std::string_view text = text_;
  return take_number(text, '\n');
}

bool SparseText::is_complete() const {
  if (lines_ == 0) return false;
  const std::optional<int64_t> pieces = count();
  return !pieces || *pieces < 0 || (lines_ - 1) / 2 >= static_cast<uint64_t>(*pieces);
}

std::optional<SparseMap> SparseText::map() const {
  const std::optional<int64_t> pieces = count();
  if (!pieces || *pieces < 0) return std::nullopt;
  return take_pieces(std::string_view(text_).substr(text_.find('\n') + 1), *pieces, '\n');
}

bool is_sound(const SparseMap& map, int64_t file_size, uint64_t stored) {
  if (file_size < 0) return false;
  int64_t end = 0;
  uint64_t pieces = 0;
  for (const SparsePiece& piece : map) {
    if (piece.offset < end || piece.size < 0 || piece.size > file_size ||
        piece.offset > file_size - piece.size) {
      return false;
    }
    end = piece.offset + piece.size;
    pieces += static_cast<uint64_t>(piece.size);
  }
  return pieces == stored;
}

}  // namespace oci
