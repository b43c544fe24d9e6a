// Writes the lines.
#include "layer/toc/tar_split.h"

#include <fmt/core.h>

#include <array>
#include <iterator>

#include "layer/base/base64.h"
#include "layer/toc/tar_parts.h"

namespace layer {
namespace {

// Behind the last entry, where only zeros are, a segment may end anywhere.
constexpr size_t kLongestSegment = 2 * kLongestHeader;

std::string big_endian_base64(uint64_t value) {
  std::array<std::byte, sizeof value> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(value >> (8 * (bytes.size() - 1 - i)));
  }
  return base64_of(bytes);
}

}  // namespace

void TarSplit::add_bytes(std::span<const std::byte> bytes) {
  segment_.insert(segment_.end(), bytes.begin(), bytes.end());
  if (segment_.size() >= kLongestSegment) end_segment();
}

void TarSplit::end_segment() {
  if (segment_.empty()) return;
  fmt::format_to(std::back_inserter(text_),
                 R"({{"type":2,"payload":"{}","position":{}}})"
                 "\n",
                 base64_of(segment_), position_++);
  segment_.clear();
}

void TarSplit::add_entry(std::string_view name, uint64_t size, uint64_t crc) {
  end_segment();
  fmt::format_to(std::back_inserter(text_), R"({{"type":1,"name":{},)", toc_string(name));
  if (size == 0) {
    text_ += R"("payload":null,)";
  } else {
    fmt::format_to(std::back_inserter(text_), R"("size":{},"payload":"{}",)", size,
                   big_endian_base64(crc));
  }
  fmt::format_to(std::back_inserter(text_), "\"position\":{}}}\n", position_++);
}

std::string TarSplit::finish() {
  end_segment();
  return take();
}

}  // namespace layer
