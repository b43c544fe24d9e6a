// Walks through a frame as cut_frames() cut it.
#include "layer/write/frame_parts.h"

#include <stdexcept>
#include <string_view>

#include "layer/place/mode_of_content.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

// The mode that a header states (POSIX.1-2017, pax, "ustar Interchange Format").
uint32_t mode_of_header(std::span<const std::byte> header) {
  constexpr size_t kModeOffset = 100;
  uint32_t mode = 0;
  for (const std::byte digit : header.last(kTarBlock).subspan(kModeOffset, 7)) {
    mode = mode * 8 + (std::to_integer<uint32_t>(digit) & 7);
  }
  return mode;
}

std::string_view type_in_toc(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return "dir";
    case TarType::kFile:
      return "reg";
    case TarType::kSymlink:
      return "symlink";
    case TarType::kHardlink:
      return "hardlink";
  }
  throw std::logic_error("tar type out of range");
}

// What a table of contents says of an entry whose mode is decided.
TocEntry toc_entry(const TarEntry& entry, uint32_t mode) {
  TocEntry result;
  result.name = entry.path;
  if (entry.type == TarType::kDirectory) result.name += '/';
  result.type = type_in_toc(entry.type);
  result.link = entry.link();
  result.size = tar_content_size(entry);
  result.mtime = {entry.mtime};
  result.mode = mode;
  result.uid = entry.uid;
  result.gid = entry.gid;
  if (entry.xattrs != nullptr) result.xattrs = xattrs_of_text(*entry.xattrs);
  return result;
}

}  // namespace

std::vector<TarPart> frame_parts(const LayerPlan& plan, const Frame& frame,
                                 std::span<const std::byte> tar) {
  std::vector<TarPart> parts;
  uint64_t at = 0;
  for (size_t i = frame.first; i < frame.end; ++i) {
    const TarEntry& entry = plan.entries[i];
    const uint64_t file_size = tar_content_size(entry);
    const size_t header_size = frame.piece_offset == 0 ? tar_header_size(entry) : 0;
    if (file_size == 0) {
      const uint32_t mode = mode_of_header(tar.subspan(at, header_size));
      parts.push_back({at, toc_entry(entry, mode)});
      at += header_size;
      parts.back().end = at;
      continue;
    }
    at += header_size;
    const uint64_t size = frame.is_bundle() ? file_size : frame.piece_size;
    if (frame.piece_offset == 0) {
      const bool is_by_content = entry.mode == kModeByContent;
      const uint32_t mode = is_by_content ? mode_of_content(tar.subspan(at, size)) : entry.mode;
      parts.push_back({at, toc_entry(entry, mode)});
    }
    parts.push_back({at, {}, size, frame.piece_offset, file_size});
    at += padded_to_block(size);
  }
  hash_parts(tar, parts);
  return parts;
}

}  // namespace layer
