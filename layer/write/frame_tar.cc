// Reads files, decides modes and lays out entries.
#include "layer/write/frame_tar.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/path_cursor.h"
#include "layer/disk/read_ahead.h"
#include "layer/place/mode_of_content.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

constexpr size_t kHashedAtOnce = size_t{256} << 10;

// Whether the file reads on, behind `end`, as long as its size says and no longer.
bool ends_well(uint64_t size, uint64_t end, bool has_more) {
  return has_more == (end < size);
}

// A file's digest, read anew.
Digest hash_of(const FileReader& source, uint64_t size) {
  Sha256 hash;
  std::vector<std::byte> buffer(std::min<uint64_t>(kHashedAtOnce, size));
  for (uint64_t done = 0; done < size;) {
    const std::span<std::byte> piece =
        std::span(buffer).first(std::min<uint64_t>(buffer.size(), size - done));
    const size_t got = std::min(source.read_at(done, piece), piece.size());
    if (got == 0) break;
    hash.update(piece.first(got));
    done += got;
  }
  return hash.finish();
}

// Reads a file, or a piece of one, into memory, so that what is there afterwards is what the file
// held at one moment, and what it held when it was planned.
class PlannedSource {
 public:
  PlannedSource(const TarEntry& file, const FileReader& source)
      : file_(file), path_(file.source()), source_(source) {}

  // The stamp of when it was read.
  Stamp read(uint64_t offset, std::span<std::byte> out) const {
    if (file_.stamp != nullptr && file_.stamp->ctime != kNotSettled) {
      const size_t got = source_.read_at(offset, out);
      const bool is_whole =
          got >= out.size() && ends_well(file_.size, offset + out.size(), got > out.size());
      // Most files. A stamp that every write would show in says that there was none.
      if (const Stamp now = source_.stamp(); is_whole && now == *file_.stamp) return now;
    }
    return read_guarded(offset, out);
  }

 private:
  Stamp read_guarded(uint64_t offset, std::span<std::byte> out) const {
    const Stamp before = source_.settled_stamp();
    if (before.size != file_.size) throw_resized(path_, file_.size, before.size);
    if (file_.stamp != nullptr) check_unchanged(path_, *file_.stamp, before);
    const size_t got = source_.read_at(offset, out);
    if (got < out.size()) throw_resized(path_, file_.size, offset + got);
    if (!ends_well(file_.size, offset + out.size(), got > out.size())) {
      throw_longer(path_, file_.size, source_);
    }
    // Links were made to it because of what it held.
    const bool is_doubtful =
        file_.sha256 != nullptr && (file_.stamp == nullptr || before != *file_.stamp);
    if (is_doubtful && hash_of(source_, file_.size).bytes != *file_.sha256) throw_changed(path_);
    const Stamp after = source_.stamp();
    check_unchanged(path_, before, after);
    return after;
  }

  const TarEntry& file_;
  const std::string_view path_;
  const FileReader& source_;
};

void put_header(const TarEntry& entry, uint32_t mode, std::span<std::byte> out) {
  TarEntry decided = entry;
  decided.mode = mode;
  encode_tar_header(decided, out);
}

size_t put_padding(const TarEntry& entry, std::span<std::byte> out) {
  const size_t padding = padded_to_block(entry.size) - entry.size;
  std::memset(out.data(), 0, padding);
  return padding;
}

// Puts entries of one frame into memory.
class FrameBuilder {
 public:
  FrameBuilder(const LayerPlan& plan, FrameUse use) : plan_(plan), use_(use) {}

  // The whole of an entry at the front of `out`; its bytes. `next_source` is what the entry after
  // it is read from, if from anything.
  size_t put_entry(const TarEntry& entry, std::string_view next_source, std::span<std::byte> out);
  // A piece of a large file; its bytes.
  size_t put_piece(const TarEntry& entry, const Frame& frame, std::span<std::byte> out);

  const FrameSources& sources() const { return sources_; }

 private:
  uint32_t mode_of_hardlink(const TarEntry& link);
  void read(const TarEntry& file, uint64_t offset, std::span<std::byte> out,
            std::string_view next_source = {});

  const LayerPlan& plan_;
  const FrameUse use_;
  PathCursor sources_on_disk_;
  FrameSources sources_;
  PieceSource last_;  // of what was read last
};

void FrameBuilder::read(const TarEntry& file, uint64_t offset, std::span<std::byte> out,
                        std::string_view next_source) {
  if (file.is_inline) {
    std::ranges::copy(std::as_bytes(std::span(file.inline_bytes())).subspan(offset, out.size()),
                      out.begin());
    last_ = {};
    return;
  }
  const FileReader source(file.source(), sources_on_disk_.find(file.source(), next_source));
  // Before it is read: who opens it from now on and writes leaves a trace.
  if (use_ == FrameUse::kAgain && file.stamp != nullptr && source.may_be_written(*file.stamp)) {
    sources_.may_be_written = true;
  }
  last_.stamp = PlannedSource(file, source).read(offset, out);
  const bool is_piece = out.size() < file.size;
  last_.birth = is_piece ? source.birth() : 0;
  if (file.stamp == nullptr || !is_as_looked_at(*file.stamp, last_.stamp)) {
    sources_.as_planned = false;
  }
}

// A hardlink's header must agree with its target's: extractors apply both to the one inode.
uint32_t FrameBuilder::mode_of_hardlink(const TarEntry& link) {
  if (link.mode != kModeByContent) return link.mode;
  const TarEntry& target = hardlink_target(plan_, link);
  if (target.mode != kModeByContent) return target.mode;
  std::byte magic[4] = {};
  const std::span<std::byte> content(magic, std::min<uint64_t>(sizeof magic, target.size));
  if (!target.content.empty()) read(target, 0, content);
  return mode_of_content(content);
}

size_t FrameBuilder::put_entry(const TarEntry& entry, std::string_view next_source,
                               std::span<std::byte> out) {
  const size_t header_size = tar_header_size(entry);
  const std::span<std::byte> header = out.first(header_size);
  if (entry.type != TarType::kFile) {
    put_header(entry, entry.type == TarType::kHardlink ? mode_of_hardlink(entry) : entry.mode,
               header);
    return header_size;
  }
  const std::span<std::byte> content = out.subspan(header_size, entry.size);
  if (!entry.content.empty()) {
    read(entry, 0, content, next_source);
  } else if (entry.size != 0) {
    throw std::logic_error(fmt::format("'{}' has a size and no source", entry.path));
  }
  put_header(entry, entry.mode == kModeByContent ? mode_of_content(content) : entry.mode, header);
  return header_size + content.size() +
         put_padding(entry, out.subspan(header_size + content.size()));
}

size_t FrameBuilder::put_piece(const TarEntry& entry, const Frame& frame,
                               std::span<std::byte> out) {
  const size_t header_size = frame.piece_offset == 0 ? tar_header_size(entry) : 0;
  const std::span<std::byte> content = out.subspan(header_size, frame.piece_size);
  read(entry, frame.piece_offset, content);
  sources_.large = last_;
  if (header_size > 0) {
    put_header(entry, entry.mode == kModeByContent ? mode_of_content(content) : entry.mode,
               out.first(header_size));
  }
  const size_t used = header_size + content.size();
  const bool is_last = frame.piece_offset + frame.piece_size == entry.size;
  return used + (is_last ? put_padding(entry, out.subspan(used)) : 0);
}

}  // namespace

bool is_same_source(const PieceSource& a, const PieceSource& b) {
  const bool has_births = a.birth != 0 && b.birth != 0;
  return is_same_content(a.stamp, b.stamp) && (!has_births || a.birth == b.birth);
}

const TarEntry& hardlink_target(const LayerPlan& plan, const TarEntry& link) {
  const std::span<const TarEntry> all(plan.entries);
  for (const std::span<const TarEntry> run : {all.first(plan.lead), all.subspan(plan.lead)}) {
    // A landmark is at the end of the first run, out of order.
    const std::span<const TarEntry> sorted =
        run.data() == all.data() && plan.lead > 0 ? run.first(plan.lead - 1) : run;
    const auto target = std::lower_bound(
        sorted.begin(), sorted.end(), link.content,
        [](const TarEntry& entry, std::string_view path) { return entry.path < path; });
    if (target == sorted.end() || target->path != link.content) continue;
    if (target->type == TarType::kFile && &*target < &link) return *target;
  }
  throw std::logic_error(
      fmt::format("'{}' is a hardlink to '{}', which is no earlier file", link.path, link.content));
}

void read_frame_ahead(const LayerPlan& plan, const Frame& frame) {
  PathCursor cursor;
  const size_t end = frame.is_bundle() ? frame.end : frame.first + 1;
  for (size_t i = frame.first; i < end; ++i) {
    const TarEntry& entry = plan.entries[i];
    if (entry.type != TarType::kFile || entry.source().empty()) continue;
    const std::string_view next = i + 1 < end ? plan.entries[i + 1].source() : std::string_view{};
    const FileHandle file = try_open_input(cursor.find(entry.source(), next));
    if (!file) continue;
    read_ahead(file.get(), frame.piece_offset, frame.is_bundle() ? entry.size : frame.piece_size);
  }
}

FrameSources build_frame_tar(const LayerPlan& plan, const Frame& frame, FrameUse use,
                             std::span<std::byte> out) {
  FrameBuilder builder(plan, use);
  size_t used = 0;
  if (frame.is_bundle()) {
    for (size_t i = frame.first; i < frame.end; ++i) {
      const std::string_view next =
          i + 1 < frame.end ? plan.entries[i + 1].source() : std::string_view{};
      used += builder.put_entry(plan.entries[i], next, out.subspan(used));
    }
  } else {
    used = builder.put_piece(plan.entries[frame.first], frame, out);
  }
  if (frame.ends_tar) {
    std::memset(out.data() + used, 0, kTarEndSize);
    used += kTarEndSize;
  }
  if (used != frame.tar_size || used != out.size()) throw std::logic_error("frame of another size");
  return builder.sources();
}

}  // namespace layer
