// Reads files, decides modes, lays out entries.
#include "layer/write/frame_tar.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "layer/error.h"
#include "layer/file_handle.h"
#include "layer/path_cursor.h"
#include "layer/plan/mode_of_content.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

constexpr std::string_view kChanged = "changed while it was being read";
constexpr std::string_view kChangedHelp = "build again, and let nothing write to it meanwhile";

[[noreturn]] void throw_resized(std::string_view path, uint64_t planned, uint64_t found) {
  throw Error({std::string(path)},
              fmt::format("{}: {} bytes were planned, {} found", kChanged, planned, found))
      .with_help(std::string(kChangedHelp));
}

// An input open for reading.
class SourceFile {
 public:
  SourceFile(std::string_view path, const PathCursor::Place& place)
      // O_NONBLOCK: to open a FIFO must not wait for its writer.
      : path_(path), file_(try_open_at(place.directory, place.name, O_RDONLY | O_NONBLOCK)) {
    if (!file_) throw system_error(path_, "cannot open", errno);
  }

  // Fills `out`; nothing unless the file then is what it was when it was planned.
  std::optional<Stamp> read_planned(const Stamp& planned, uint64_t offset,
                                    std::span<std::byte> out) const {
    if (read_fully(file_.get(), offset, out, path_) < out.size()) return std::nullopt;
    const Stamp now = find_stamp();
    return is_same_content(now, planned) ? std::optional(now) : std::nullopt;
  }

  // Fills `out`. Throws unless it is a file of `size` bytes that nothing writes to meanwhile.
  Stamp read(uint64_t size, uint64_t offset, std::span<std::byte> out) const {
    const Stamp before = find_stamp();
    if (before.size != size) throw_resized(path_, size, before.size);
    const size_t got = read_fully(file_.get(), offset, out, path_);
    if (got < out.size()) throw_resized(path_, size, offset + got);
    const Stamp after = find_stamp();
    if (!is_same_content(after, before)) throw_changed(path_);
    return after;
  }

 private:
  Stamp find_stamp() const {
    struct stat status = {};
    if (fstat(file_.get(), &status) != 0) throw system_error(path_, "cannot stat", errno);
    if (!S_ISREG(status.st_mode)) throw Error({std::string(path_)}, "is not a regular file");
    return stamp_of(status);
  }

  std::string_view path_;
  FileHandle file_;
};

void put_header(const PlannedEntry& entry, uint32_t mode, std::span<std::byte> out) {
  PlannedEntry decided = entry;
  decided.mode = mode;
  encode_tar_header(decided, out);
}

size_t put_padding(const PlannedEntry& entry, std::span<std::byte> out) {
  const size_t padding = padded_to_block(entry.size) - entry.size;
  std::memset(out.data(), 0, padding);
  return padding;
}

// Puts entries of one frame into memory.
class FrameBuilder {
 public:
  explicit FrameBuilder(const LayerPlan& plan) : plan_(plan) {}

  // The whole of an entry at the front of `out`; its bytes. `next_source` is what the entry after it
  // is read from, if from anything.
  size_t put_entry(const PlannedEntry& entry, std::string_view next_source,
                   std::span<std::byte> out);
  // A piece of a large file; its bytes.
  size_t put_piece(const PlannedEntry& entry, const Frame& frame, std::span<std::byte> out);

  const FrameSources& sources() const { return sources_; }

 private:
  uint32_t mode_of_hardlink(const PlannedEntry& link);
  void read(const PlannedEntry& file, uint64_t offset, std::span<std::byte> out,
            std::string_view next_source = {});

  const LayerPlan& plan_;
  PathCursor sources_on_disk_;
  FrameSources sources_;
  Stamp last_;  // of the file read last
};

void FrameBuilder::read(const PlannedEntry& file, uint64_t offset, std::span<std::byte> out,
                        std::string_view next_source) {
  const SourceFile source(file.source(), sources_on_disk_.find(file.source(), next_source));
  std::optional<Stamp> stamp;
  if (file.stamp != nullptr) stamp = source.read_planned(*file.stamp, offset, out);
  last_ = stamp ? *stamp : source.read(file.size, offset, out);
  if (file.stamp == nullptr || *file.stamp != last_) sources_.as_planned = false;
}

// A hardlink's header must agree with its target's: extractors apply both to the one inode.
uint32_t FrameBuilder::mode_of_hardlink(const PlannedEntry& link) {
  if (link.mode != kModeByContent) return link.mode;
  const PlannedEntry& target = hardlink_target(plan_, link);
  if (target.mode != kModeByContent) return target.mode;
  std::byte magic[4] = {};
  const std::span<std::byte> content(magic, std::min<uint64_t>(sizeof magic, target.size));
  if (!target.source().empty()) read(target, 0, content);
  return mode_of_content(content);
}

size_t FrameBuilder::put_entry(const PlannedEntry& entry, std::string_view next_source,
                               std::span<std::byte> out) {
  const size_t header_size = tar_header_size(entry);
  const std::span<std::byte> header = out.first(header_size);
  if (entry.type != TarType::kFile) {
    put_header(entry, entry.type == TarType::kHardlink ? mode_of_hardlink(entry) : entry.mode,
               header);
    return header_size;
  }
  const std::span<std::byte> content = out.subspan(header_size, entry.size);
  if (!entry.source().empty()) {
    read(entry, 0, content, next_source);
  } else if (entry.size != 0) {
    throw std::logic_error(fmt::format("'{}' has a size and no source", entry.path));
  }
  put_header(entry, entry.mode == kModeByContent ? mode_of_content(content) : entry.mode, header);
  return header_size + content.size() +
         put_padding(entry, out.subspan(header_size + content.size()));
}

size_t FrameBuilder::put_piece(const PlannedEntry& entry, const Frame& frame,
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

void throw_changed(std::string_view path) {
  throw Error({std::string(path)}, std::string(kChanged)).with_help(std::string(kChangedHelp));
}

const PlannedEntry& hardlink_target(const LayerPlan& plan, const PlannedEntry& link) {
  const auto target = std::lower_bound(
      plan.entries.begin(), plan.entries.end(), link.content,
      [](const PlannedEntry& entry, std::string_view path) { return entry.path < path; });
  if (target == plan.entries.end() || target->path != link.content ||
      target->type != TarType::kFile || target->path >= link.path) {
    throw std::logic_error(fmt::format("'{}' is a hardlink to '{}', which is no earlier file",
                                       link.path, link.content));
  }
  return *target;
}

FrameSources build_frame_tar(const LayerPlan& plan, const Frame& frame, std::span<std::byte> out) {
  FrameBuilder builder(plan);
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
  if (frame.ends_layer) {
    std::memset(out.data() + used, 0, kTarEndSize);
    used += kTarEndSize;
  }
  if (used != frame.tar_size || used != out.size()) throw std::logic_error("frame of another size");
  return builder.sources();
}

}  // namespace layer
