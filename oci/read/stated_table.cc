// Reads a table from the end of a blob, or from where an annotation says that it is.
#include "oci/read/stated_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

#include "layer/model/estargz_names.h"
#include "layer/model/relative_path.h"
#include "layer/toc/tar_parts.h"
#include "layer/toc/zstd_chunked.h"
#include "oci/model/annotations.h"
#include "oci/read/decompress.h"
#include "oci/tar/tar_scan.h"
#include "oci/toc/table_reader.h"

namespace oci {
namespace {

// A gzip member of no bytes, whose extra field has the table's offset (RFC 1952, section 2.3); in
// the old form the field lacks a head of its own.
constexpr size_t kFooterSize = 51;
constexpr size_t kOldFooterSize = 47;
constexpr size_t kFooterText = 16;  // where the offset begins
constexpr size_t kOldFooterText = 12;
constexpr size_t kOffsetDigits = 16;
constexpr std::string_view kFooterMagic = "STARGZ";
constexpr std::string_view kOtherSize = "that is of another size";
constexpr size_t kExternalFooterSize = 64;
constexpr std::string_view kExternalMagic = "STARGZEXTERNALTOC";

constexpr uint64_t kOverhead = uint64_t{4} << 20;  // of the tar that a table is in

constexpr std::string_view kTableAnnotations[] = {
    kTocDigestAnnotation, kChunkedDigestAnnotation, kChunkedTocAnnotation,
    kOldChunkedDigestAnnotation, kOldChunkedTocAnnotation};

layer::Error too_long(const Blob& blob) {
  return {{blob.name()},
          fmt::format("its table of contents has more than {}, the limit of readers",
                      layer::limit_text(layer::kLongestToc))};
}

layer::Error fault(const Blob& blob, std::string_view what) {
  return layer::Error({blob.name()},
                      fmt::format("is stated to have a table of contents, but {}", what))
      .with_help(kTableRemedy);
}

layer::Error misfit(const Blob& blob) {
  return fault(blob, "its annotations do not fit its compression");
}

const std::string* annotation(const ImageLayer& layer, std::string_view key) {
  const auto found = layer.descriptor.annotations.find(std::string(key));
  return found == layer.descriptor.annotations.end() ? nullptr : &found->second;
}

void check_table_digest(const Blob& blob, const layer::Digest& found, const std::string& stated) {
  if (found.to_string() == stated) return;
  throw fault(blob, fmt::format("that has the digest {}, not '{}'", found.to_string(),
                                layer::shown_path(stated)));
}

// What the last bytes of the blob say; no value if they are no footer of this size.
std::optional<uint64_t> read_footer(const Blob& blob, size_t size, size_t text_begin) {
  if (blob.size() < size) return std::nullopt;
  std::string footer(size, '\0');
  blob.read_at(blob.size() - size, std::as_writable_bytes(std::span(footer)));
  const std::string_view text = std::string_view(footer).substr(text_begin);
  uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + kOffsetDigits, offset, 16);
  const bool is_number = error == std::errc{} && end == text.data() + kOffsetDigits;
  if (!is_number || !text.substr(kOffsetDigits).starts_with(kFooterMagic)) return std::nullopt;
  return offset;
}

// A footer that says that the table is in another image (stargz-snapshotter, docs/external-toc.md).
bool is_external(const Blob& blob) {
  std::string footer(std::min<uint64_t>(blob.size(), kExternalFooterSize), '\0');
  blob.read_at(blob.size() - footer.size(), std::as_writable_bytes(std::span(footer)));
  return footer.find(kExternalMagic) != std::string::npos;
}

Blob part_of(const Blob& blob, uint64_t offset, uint64_t size) {
  return {blob.file(), blob.offset() + offset, size, blob.name()};
}

// The table is the only file of a tar of its own, whose compressed bytes end the blob. Empty if
// there is none, as no table is.
std::string read_table_file(const Blob& part) {
  UnpackBudget budget({.floor = layer::kLongestToc + kOverhead, .ratio = 0, .option = {}}, 0);
  PlainStream stream(part, layer::Codec::kGzip, budget);
  TarScan scan(part.name());
  std::string text;
  for (auto bytes = stream.next(); !bytes.empty(); bytes = stream.next()) {
    if (!scan.has_entry()) bytes = bytes.subspan(scan.update_to_entry(bytes));
    if (!scan.has_entry()) continue;
    const TarScan::Entry& entry = scan.entry();
    if (entry.path != layer::kTocName) break;
    if (entry.size > layer::kLongestToc) throw too_long(part);
    const auto found = bytes.first(std::min<uint64_t>(bytes.size(), entry.size - text.size()));
    text.append(reinterpret_cast<const char*>(found.data()), found.size());
    if (text.size() == entry.size) return text;
  }
  return {};
}

std::string read_estargz_table(const Blob& blob) {
  std::optional<uint64_t> offset = read_footer(blob, kFooterSize, kFooterText);
  if (!offset) offset = read_footer(blob, kOldFooterSize, kOldFooterText);
  if (!offset) throw fault(blob, "has no footer that says where");
  if (*offset >= blob.size()) throw fault(blob, "its footer says that it is behind the end");
  const Blob part = part_of(blob, *offset, blob.size() - *offset);
  std::string text;
  if (sniff_codec(part) == layer::Codec::kGzip) text = read_table_file(part);
  if (!text.empty()) return text;
  throw fault(blob, fmt::format("where its footer says there is no '{}'", layer::kTocName));
}

// "OFFSET:SIZE:PLAIN-SIZE:1".
std::optional<layer::TextPlace> parse_position(const std::string& text) {
  layer::TextPlace place;
  uint64_t form = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (uint64_t* number : {&place.offset, &place.size, &place.plain_size, &form}) {
    const auto [rest, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || (rest == end) != (number == &form)) return std::nullopt;
    if (rest != end && *rest != ':') return std::nullopt;
    at = rest + 1;
  }
  if (form != 1) return std::nullopt;
  return place;
}

std::string read_chunked_table(const Blob& blob, const std::string& position,
                               const std::string& digest) {
  const std::optional<layer::TextPlace> place = parse_position(position);
  if (!place || place->size > blob.size() || place->offset > blob.size() - place->size) {
    throw fault(blob, fmt::format("'{}' is no place in it", layer::shown_path(position)));
  }
  if (place->plain_size > layer::kLongestToc) throw too_long(blob);
  const Blob part = part_of(blob, place->offset, place->size);
  check_table_digest(blob, hash_blob(part), digest);
  UnpackBudget budget({.floor = layer::kLongestToc + kOverhead, .ratio = 0, .option = {}}, 0);
  PlainStream stream(part, layer::Codec::kZstd, budget);
  std::string text;
  for (auto bytes = stream.next(); !bytes.empty(); bytes = stream.next()) {
    if (text.size() + bytes.size() > place->plain_size) throw fault(blob, kOtherSize);
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  if (text.size() != place->plain_size) throw fault(blob, kOtherSize);
  return text;
}

}  // namespace

bool states_table(const ImageLayer& layer) {
  return std::ranges::any_of(
      kTableAnnotations, [&](std::string_view key) { return annotation(layer, key) != nullptr; });
}

std::optional<StatedTable> stated_table(const ImageLayer& layer) {
  const Blob& blob = layer.blob;
  const layer::Codec codec = sniff_codec(blob);
  std::optional<StatedTable> table;
  const auto take = [&](std::string text, bool is_in_tar) {
    if (table && table->text != text) throw fault(blob, "has another one for other readers");
    table = {std::move(text), is_in_tar};
  };
  for (const auto& [digest_key, place_key] :
       {std::pair(kChunkedDigestAnnotation, kChunkedTocAnnotation),
        std::pair(kOldChunkedDigestAnnotation, kOldChunkedTocAnnotation)}) {
    const std::string* digest = annotation(layer, digest_key);
    const std::string* place = annotation(layer, place_key);
    if (digest == nullptr && place == nullptr) continue;
    if (digest == nullptr || place == nullptr || codec != layer::Codec::kZstd) throw misfit(blob);
    take(read_chunked_table(blob, *place, *digest), false);
  }
  const std::string* digest = annotation(layer, kTocDigestAnnotation);
  if (digest == nullptr) return table;
  if (codec == layer::Codec::kNone) throw misfit(blob);
  if (codec == layer::Codec::kGzip) {
    if (is_external(blob)) return std::nullopt;
    take(read_estargz_table(blob), true);
  }
  // Of a zstd layer without the annotations above, no reader is known that looks for the table.
  if (!table) return std::nullopt;
  check_table_digest(blob, layer::sha256(std::as_bytes(std::span(table->text))), *digest);
  return table;
}

}  // namespace oci
