// Goes from the footer, or from the stated place, to the table, and hashes it.
#include "oci/check/stated_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/model/estargz_names.h"
#include "oci/model/annotations.h"
#include "oci/read/decompress.h"

namespace oci {
namespace {

constexpr uint64_t kMaxTable = uint64_t{150} << 20;  // docs/limits.md
constexpr size_t kTarBlock = 512;

// RFC 1952, section 2.3: a member's head, as far as the length of its extra field.
constexpr std::string_view kMemberWithExtra("\x1f\x8b\x08\x04", 4);
constexpr size_t kHeadWithExtra = 12;
constexpr std::string_view kFooterMark = "STARGZ";
constexpr std::string_view kExternalMark = "STARGZEXTERNALTOC";
constexpr size_t kOffsetDigits = 16;

struct FooterForm {
  uint64_t size;
  std::string_view before;  // the head of the subfield, which the first form did not have
};
constexpr FooterForm kFooterForms[] = {{51, std::string_view("SG\x16\x00", 4)}, {47, {}}};

std::optional<uint64_t> number_of(std::string_view text, int base) {
  uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string last_bytes(const Blob& blob, uint64_t size) {
  std::string bytes(std::min(size, blob.size()), '\0');
  blob.read_at(blob.size() - bytes.size(), std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

// Where the footer says that the table's member begins, and ends.
struct TablePlace {
  uint64_t begin = 0;
  uint64_t end = 0;
};
std::optional<TablePlace> read_footer(const Blob& blob) {
  for (const FooterForm& form : kFooterForms) {
    const std::string footer = last_bytes(blob, form.size);
    if (footer.size() < form.size || !footer.starts_with(kMemberWithExtra)) continue;
    std::string_view field = std::string_view(footer).substr(kHeadWithExtra);
    if (!field.starts_with(form.before)) continue;
    field.remove_prefix(form.before.size());
    if (field.substr(kOffsetDigits, kFooterMark.size()) != kFooterMark) continue;
    const std::optional<uint64_t> begin = number_of(field.substr(0, kOffsetDigits), 16);
    if (begin && *begin < blob.size() - form.size)
      return TablePlace{*begin, blob.size() - form.size};
  }
  return std::nullopt;
}

// Hashes the content of the one tar entry that these plain bytes are.
class TableHash {
 public:
  void take(std::span<const std::byte> bytes) {
    const size_t wanted = std::min(kTarBlock - head_.size(), bytes.size());
    head_.append(reinterpret_cast<const char*>(bytes.data()), wanted);
    bytes = bytes.subspan(wanted);
    if (head_.size() < kTarBlock || bytes.empty()) return;
    // POSIX pax, "ustar Interchange Format": the size is an octal number at offset 124.
    if (!left_) left_ = number_of(std::string_view(head_).substr(124, 11), 8).value_or(0);
    const size_t content = std::min<uint64_t>(*left_, bytes.size());
    hash_.update(bytes.first(content));
    *left_ -= content;
  }
  bool is_done() const { return left_ && *left_ == 0; }
  bool is_table() const {
    return head_.starts_with(std::string(layer::kTocName) + '\0') && is_done();
  }
  layer::Digest finish() { return hash_.finish(); }

 private:
  std::string head_;
  std::optional<uint64_t> left_;
  layer::Sha256 hash_;
};

std::string other_digest(const layer::Digest& found, std::string_view stated) {
  return fmt::format("has a table of contents with digest {}, but its annotations say {}",
                     found.to_string(), stated);
}

std::optional<std::string> estargz_fault(const Blob& blob, const std::string& stated) {
  if (last_bytes(blob, 64).find(kExternalMark) != std::string::npos) return std::nullopt;
  const std::optional<TablePlace> place = read_footer(blob);
  if (!place) {
    return fmt::format(
        "has no eStargz footer, and so no table of contents, but its annotations "
        "state one with digest {}",
        stated);
  }
  const Blob part(blob.file(), blob.offset() + place->begin, place->end - place->begin,
                  blob.name());
  UnpackBudget budget(layer::Limits().unpacked, part.size());
  TableHash table;
  try {
    PlainStream plain(part, layer::Codec::kGzip, budget);
    uint64_t size = 0;
    for (auto piece = plain.next(); !piece.empty() && !table.is_done() && size < kMaxTable;
         piece = plain.next()) {
      size += piece.size();
      table.take(piece);
    }
  } catch (const layer::Error&) {
    return fmt::format("has no table of contents where its eStargz footer says, at byte {}",
                       place->begin);
  }
  if (!table.is_table()) {
    return fmt::format("has no table of contents where its eStargz footer says, at byte {}",
                       place->begin);
  }
  const layer::Digest found = table.finish();
  if (found.to_string() == stated) return std::nullopt;
  return other_digest(found, stated);
}

// "OFFSET:SIZE:PLAIN-SIZE:1".
std::optional<TablePlace> stated_place(std::string_view text, uint64_t blob_size) {
  const size_t first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(first + 1);
  const std::optional<uint64_t> offset = number_of(text.substr(0, first), 10);
  const std::optional<uint64_t> size = number_of(behind.substr(0, behind.find(':')), 10);
  if (!offset || !size || *size > kMaxTable || *size > blob_size || *offset > blob_size - *size) {
    return std::nullopt;
  }
  return TablePlace{*offset, *offset + *size};
}

std::optional<std::string> chunked_fault(const Blob& blob, const std::string& stated,
                                         const std::string& position) {
  const std::optional<TablePlace> place = stated_place(position, blob.size());
  if (!place) {
    return fmt::format("has {} bytes, and its annotations state a table of contents at '{}'",
                       blob.size(), position);
  }
  const layer::Digest found = hash_blob(
      Blob(blob.file(), blob.offset() + place->begin, place->end - place->begin, blob.name()));
  if (found.to_string() == stated) return std::nullopt;
  return other_digest(found, stated);
}

}  // namespace

std::optional<std::string> stated_table_fault(const ImageLayer& layer) {
  const StringMap& annotations = layer.descriptor.annotations;
  const auto value = [&annotations](std::string_view name) {
    const auto found = annotations.find(std::string(name));
    return found == annotations.end() ? std::optional<std::string>() : found->second;
  };
  const layer::Codec codec = sniff_codec(layer.blob);
  const std::optional<std::string> checksum = value(kChunkedDigestAnnotation);
  const std::optional<std::string> position = value(kChunkedTocAnnotation);
  if (checksum || position) {
    if (codec != layer::Codec::kZstd) {
      return "is no zstd layer, but its annotations state a table of zstd:chunked";
    }
    return chunked_fault(layer.blob, checksum.value_or(""), position.value_or(""));
  }
  const std::optional<std::string> toc = value(kTocDigestAnnotation);
  // One of zstd is stargz-snapshotter's own, which states the place in its footer alone.
  if (!toc || codec == layer::Codec::kZstd) return std::nullopt;
  if (codec == layer::Codec::kNone) {
    return "is no gzip layer, but its annotations state a table of eStargz";
  }
  return estargz_fault(layer.blob, *toc);
}

}  // namespace oci
