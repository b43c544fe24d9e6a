// Takes one element of the table for each entry of the tar, and one more for each further piece.
#include "oci/toc/table_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/model/estargz_names.h"
#include "layer/model/relative_path.h"
#include "layer/toc/tar_parts.h"
#include "oci/model/clean_path.h"
#include "oci/toc/toc_entry.h"

namespace oci {
namespace {

constexpr int64_t kModeBits = 07777;
constexpr uint32_t kHalfSecond = 500'000'000;

// Some writers round to seconds; some leave out the epoch, and others every time before it.
bool is_same_time(const std::string& stated, const layer::TocTime& time) {
  if (stated.empty()) return time.seconds <= 0 || layer::toc_time(time).empty();
  const int64_t rounded = time.seconds + (time.nanoseconds >= kHalfSecond ? 1 : 0);
  return stated == layer::toc_time(time) || stated == layer::toc_time({time.seconds, 0}) ||
         stated == layer::toc_time({rounded, 0});
}

std::vector<layer::Xattr> sorted(std::vector<layer::Xattr> xattrs) {
  std::ranges::sort(xattrs, {}, &layer::Xattr::name);
  return xattrs;
}

std::string in_words(std::string_view what, std::string_view stated, std::string_view found) {
  return fmt::format("has the {} '{}' there, and '{}' in the tar", what, layer::shown_path(stated),
                     layer::shown_path(found));
}

// What the table states otherwise; empty if nothing.
std::string difference(const TableEntry& stated, const TarScan::Entry& found) {
  const std::string_view type = toc_type(found.type);
  if (stated.type != type) return in_words("type", stated.type, type);
  const bool is_hardlink = found.type == '1';
  if (is_hardlink ? !is_same_path(stated.link, found.link) : stated.link != found.link) {
    return in_words("target", stated.link, found.link);
  }
  const struct Number {
    std::string_view name;
    int64_t stated;
    int64_t found;
  } numbers[] = {
      {"size", static_cast<int64_t>(stated.size), found.file_size},
      {"mode", stated.mode & kModeBits, found.mode & kModeBits},
      {"uid", stated.uid, found.uid},
      {"gid", stated.gid, found.gid},
      {"major", stated.device_major, found.device_major},
      {"minor", stated.device_minor, found.device_minor},
  };
  for (const Number& number : numbers) {
    if (number.stated == number.found) continue;
    const auto shown = [&](int64_t value) {
      return number.name == "mode" ? fmt::format("{:04o}", value) : fmt::format("{}", value);
    };
    return in_words(number.name, shown(number.stated), shown(number.found));
  }
  if (!is_same_time(stated.mtime, found.mtime)) {
    return in_words("time", stated.mtime, layer::toc_time(found.mtime));
  }
  if (sorted(stated.xattrs) != sorted(found.xattrs)) return "has other extended attributes there";
  return {};
}

}  // namespace

TableCheck::TableCheck(std::string text, bool is_in_tar, const std::string& blob)
    : table_(std::move(text), blob), is_in_tar_(is_in_tar), blob_(blob) {}

void TableCheck::take_entry(const TarScan::Entry& entry) {
  path_ = entry.path;
  if (is_in_tar_ && entry.path == layer::kTocName) return;
  if (entry.is_sparse) throw fault("is a sparse file of GNU tar, which no table can state");
  std::optional<TableEntry> stated = table_.next();
  if (!stated) throw fault("is not in the table");
  if (!is_same_path(stated->name, entry.path)) {
    throw fault(fmt::format("is '{}' there", layer::shown_path(stated->name)));
  }
  const std::string what = difference(*stated, entry);
  if (!what.empty()) throw fault(what);
  left_ = entry.size;
  if (left_ == 0) return;
  file_ = std::move(*stated);
  file_hash_ = {};
  is_proven_ = true;
  begin_piece(*file_, 0);
}

void TableCheck::begin_piece(const TableEntry& piece, uint64_t offset) {
  piece_ = piece;
  const uint64_t size = piece.piece_size == 0 ? left_ : piece.piece_size;
  if (piece.piece_offset != offset || size > left_) throw fault("is in other pieces there");
  piece_left_ = size;
  is_whole_ = size == file_->size;
  piece_hash_ = {};
  is_zero_ = true;
}

void TableCheck::take_bytes(std::span<const std::byte> bytes) {
  while (file_ && !bytes.empty()) {
    const auto part = bytes.first(std::min<uint64_t>(bytes.size(), piece_left_));
    bytes = bytes.subspan(part.size());
    file_hash_.update(part);
    if (!is_whole_) piece_hash_.update(part);
    if (piece_.is_hole) {
      is_zero_ =
          is_zero_ && std::ranges::all_of(part, [](std::byte b) { return b == std::byte{0}; });
    }
    left_ -= part.size();
    piece_left_ -= part.size();
    if (piece_left_ == 0) end_piece();
  }
}

void TableCheck::end_piece() {
  layer::Sha256 hash = is_whole_ ? file_hash_ : piece_hash_;
  const std::string found = hash.finish().to_string();
  const bool is_stated = !piece_.piece_digest.empty();
  if (piece_.is_hole ? !is_zero_ : is_stated && piece_.piece_digest != found) {
    throw fault("has another content there");
  }
  is_proven_ = is_proven_ && (is_stated || piece_.is_hole);
  if (left_ == 0) {
    end_file();
    return;
  }
  const std::optional<TableEntry> next = table_.next();
  if (!next || next->type != "chunk" || !is_same_path(next->name, path_)) {
    throw fault("is in other pieces there");
  }
  begin_piece(*next, file_->size - left_);
}

void TableCheck::end_file() {
  const std::string found = file_hash_.finish().to_string();
  const bool is_stated = !file_->digest.empty();
  if (is_stated && file_->digest != found) throw fault("has another content there");
  if (!is_stated && !is_proven_) throw fault("has no digest there");
  file_.reset();
}

void TableCheck::finish() {
  const std::optional<TableEntry> more = table_.next();
  if (!more) return;
  path_ = more->name;
  throw fault("is not in the tar");
}

layer::Error TableCheck::fault(std::string_view what) const {
  return layer::Error({blob_}, fmt::format("the layer is another one to an engine that reads its "
                                           "table of contents: '{}' {}",
                                           layer::shown_path(path_), what))
      .with_help(kTableRemedy);
}

}  // namespace oci
