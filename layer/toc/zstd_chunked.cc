// Writes the texts while frames come, so that only their compressed bytes are kept.
#include "layer/toc/zstd_chunked.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>
#include <stdexcept>

namespace layer {
namespace {

// RFC 8878, section 3.1.2: a skippable frame's magic number; its size follows, in four bytes.
constexpr std::array<std::byte, 4> kSkippable{std::byte{0x50}, std::byte{0x2a}, std::byte{0x4d},
                                              std::byte{0x18}};
constexpr size_t kSkippableHead = 8;
constexpr size_t kFooterNumbers = 7;
constexpr std::string_view kFooterMagic = "GNUlInUx";
constexpr uint64_t kTocForm = 1;

void put_number(uint64_t number, size_t bytes, std::vector<std::byte>& out) {
  for (size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(number >> (8 * i)));
}

uint64_t number_at(std::span<const std::byte> bytes, size_t index) {
  uint64_t number = 0;
  for (size_t i = sizeof number; i-- > 0;) {
    number = number << 8 | std::to_integer<uint64_t>(bytes[sizeof number * index + i]);
  }
  return number;
}

void put_skippable(std::span<const std::byte> content, std::vector<std::byte>& out) {
  if (content.size() > UINT32_MAX) throw std::logic_error("skippable frame of more than 4 GiB");
  out.insert(out.end(), kSkippable.begin(), kSkippable.end());
  put_number(content.size(), 4, out);
  out.insert(out.end(), content.begin(), content.end());
}

}  // namespace

std::string ChunkedPlaces::toc_position() const {
  return fmt::format("{}:{}:{}:{}", toc.offset, toc.size, toc.plain_size, kTocForm);
}

std::string ChunkedPlaces::split_position() const {
  return fmt::format("{}:{}:{}", split.offset, split.size, split.plain_size);
}

std::optional<ChunkedPlaces> read_chunked_footer(std::span<const std::byte> footer) {
  if (footer.size() != kChunkedFooterSize) return std::nullopt;
  const std::span<const std::byte> content = footer.subspan(kSkippableHead);
  const std::span<const std::byte> magic = content.last(kFooterMagic.size());
  if (!std::ranges::equal(footer.first(kSkippable.size()), kSkippable) ||
      !std::ranges::equal(magic, std::as_bytes(std::span(kFooterMagic)))) {
    return std::nullopt;
  }
  ChunkedPlaces places;
  places.toc = {number_at(content, 0), number_at(content, 1), number_at(content, 2)};
  places.split = {number_at(content, 4), number_at(content, 5), number_at(content, 6)};
  return places;
}

size_t zstd_frame_size(std::span<const std::byte> bytes) {
  const size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  return ZSTD_isError(size) != 0 ? 0 : size;
}

ChunkedToc::ChunkedToc(int level) : text_(level), split_text_(level) {
  text_.append(R"({"version":1,"entries":[)");
}

void ChunkedToc::put(const std::string& entry) {
  text_.append(is_first_ ? "\n" : ",\n");
  text_.append(entry);
  is_first_ = false;
}

// A file in several pieces has an object for each. The end of the last one is in the first object.
void ChunkedToc::put_file(const Digest& digest, uint64_t end) {
  const auto chunk = [&](const Chunk& piece) {
    const std::string offset =
        piece.file_offset > 0 ? fmt::format(R"(,"chunkOffset":{})", piece.file_offset) : "";
    return fmt::format(R"(,"chunkSize":{}{},"chunkDigest":"{}"}})", piece.size, offset,
                       piece.digest.to_string());
  };
  std::string entry =
      toc_entry_json(file_) + fmt::format(R"(,"digest":"{}","offset":{},"endOffset":{})",
                                          digest.to_string(), chunks_.front().begin, end);
  put(entry + (chunks_.size() == 1 ? "}" : chunk(chunks_.front())));
  for (const Chunk& piece : std::span(chunks_).subspan(1)) {
    put(fmt::format(R"({{"name":{},"type":"chunk","offset":{})", toc_string(file_.name),
                    piece.begin) +
        chunk(piece));
  }
  chunks_.clear();
}

void ChunkedToc::add(std::span<const std::byte> tar, std::span<const TarPart> parts, uint64_t begin,
                     const WholeFile& whole) {
  uint64_t at = 0;
  const auto add_header = [&](uint64_t end) {
    split_.add_bytes(tar.subspan(at, end - at));
    at = end;
  };
  for (const TarPart& part : parts) {
    if (part.entry) {
      file_ = *part.entry;
      if (file_.size > 0) continue;
      add_header(part.end);
      split_.add_entry(file_.name, 0, 0);
      put(toc_entry_json(file_) + '}');
      continue;
    }
    add_header(part.begin);
    at += part.size;
    chunks_.push_back({begin + part.packed_begin, part.file_offset, part.size, part.digest});
    if (!part.ends_file()) continue;
    const WholeFile file = part.is_piece() ? whole : WholeFile{part.digest, part.crc64};
    split_.add_entry(file_.name, file_.size, file.crc64);
    put_file(file.digest, begin + part.packed_end);
  }
  add_header(tar.size());
  split_text_.append(split_.take());
  check_toc_size(text_.plain_size());
}

std::vector<std::byte> ChunkedToc::finish(uint64_t offset) {
  split_text_.append(split_.finish());
  const std::vector<std::byte> split = split_text_.finish();
  text_.append(fmt::format("\n],\"tarSplitDigest\":\"{}\"}}\n", sha256(split).to_string()));
  const std::vector<std::byte> toc = text_.finish();
  digest_ = sha256(toc);
  places_.toc = {offset + kSkippableHead, toc.size(), text_.plain_size()};
  places_.split = {places_.toc.offset + toc.size() + kSkippableHead, split.size(),
                   split_text_.plain_size()};
  std::vector<std::byte> footer;
  const uint64_t numbers[kFooterNumbers] = {
      places_.toc.offset,   places_.toc.size,   places_.toc.plain_size,  kTocForm,
      places_.split.offset, places_.split.size, places_.split.plain_size};
  for (const uint64_t number : numbers) put_number(number, sizeof number, footer);
  const auto magic = std::as_bytes(std::span(kFooterMagic));
  footer.insert(footer.end(), magic.begin(), magic.end());
  std::vector<std::byte> frames;
  put_skippable(toc, frames);
  put_skippable(split, frames);
  put_skippable(footer, frames);
  return frames;
}

}  // namespace layer
