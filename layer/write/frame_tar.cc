// Reads files, decides modes, lays out entries.
#include "layer/write/frame_tar.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "layer/error.h"
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

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) {
    // O_NONBLOCK: to open a FIFO must not wait for its writer.
    do {
      fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } while (fd_ < 0 && errno == EINTR);
    if (fd_ < 0) throw system_error(path, "cannot open", errno);
  }
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

// An input open for reading.
class SourceFile {
 public:
  // Throws unless it is a regular file of `size` bytes.
  SourceFile(std::string_view path, uint64_t size)
      : path_(path), descriptor_(path_), stamp_(find_stamp()) {
    if (stamp_.size != size) throw_resized(path_, size, stamp_.size);
  }

  // Fills `out`.
  void read(uint64_t offset, std::span<std::byte> out) const {
    for (size_t done = 0; done < out.size();) {
      const ssize_t got = pread(descriptor_.get(), out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(path_, "cannot read", errno);
      if (got == 0) throw_resized(path_, stamp_.size, offset + done);
      done += static_cast<size_t>(got);
    }
  }

  void check_unchanged() const {
    if (find_stamp() != stamp_) throw_changed(path_);
  }

  const FileStamp& stamp() const { return stamp_; }

 private:
  FileStamp find_stamp() const {
    struct stat status = {};
    if (fstat(descriptor_.get(), &status) != 0) throw system_error(path_, "cannot stat", errno);
    if (!S_ISREG(status.st_mode)) throw Error({path_}, "is not a regular file");
    return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size),
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }

  std::string path_;
  Descriptor descriptor_;
  FileStamp stamp_;
};

uint32_t mode_of_source(const PlannedEntry& file) {
  if (file.mode != kModeByContent) return file.mode;
  std::byte magic[4] = {};
  const std::span<std::byte> content(magic, std::min<uint64_t>(sizeof magic, file.size));
  if (!file.source.empty()) SourceFile(file.source, file.size).read(0, content);
  return mode_of_content(content);
}

// A hardlink's header must agree with its target's: extractors apply both to the one inode.
uint32_t mode_of_hardlink(const LayerPlan& plan, const PlannedEntry& link) {
  if (link.mode != kModeByContent) return link.mode;
  const auto target = std::lower_bound(
      plan.entries.begin(), plan.entries.end(), link.link,
      [](const PlannedEntry& entry, std::string_view path) { return entry.path < path; });
  if (target == plan.entries.end() || target->path != link.link || target->type != TarType::kFile ||
      target->path >= link.path) {
    throw std::logic_error(
        fmt::format("'{}' is a hardlink to '{}', which is no earlier file", link.path, link.link));
  }
  return mode_of_source(*target);
}

void put_header(const PlannedEntry& entry, uint32_t mode, std::span<std::byte> out) {
  PlannedEntry decided = entry;
  decided.mode = mode;
  encode_tar_header(decided, out);
}

// The whole of an entry at the front of `out`; its bytes.
size_t put_entry(const LayerPlan& plan, const PlannedEntry& entry, std::span<std::byte> out) {
  const size_t header_size = tar_header_size(entry);
  const std::span<std::byte> header = out.first(header_size);
  if (entry.type != TarType::kFile) {
    put_header(entry, entry.type == TarType::kHardlink ? mode_of_hardlink(plan, entry) : entry.mode,
               header);
    return header_size;
  }
  const std::span<std::byte> content = out.subspan(header_size, entry.size);
  if (!entry.source.empty()) {
    const SourceFile file(entry.source, entry.size);
    file.read(0, content);
    file.check_unchanged();
  } else if (entry.size != 0) {
    throw std::logic_error(fmt::format("'{}' has a size and no source", entry.path));
  }
  put_header(entry, entry.mode == kModeByContent ? mode_of_content(content) : entry.mode, header);
  const size_t padding = padded_to_block(entry.size) - entry.size;
  std::memset(content.data() + content.size(), 0, padding);
  return header_size + content.size() + padding;
}

// A piece of a large file; its bytes.
size_t put_piece(const PlannedEntry& entry, const Frame& frame, std::span<std::byte> out,
                 FileStamp& stamp) {
  const SourceFile file(entry.source, entry.size);
  const size_t header_size = frame.piece_offset == 0 ? tar_header_size(entry) : 0;
  const std::span<std::byte> content = out.subspan(header_size, frame.piece_size);
  file.read(frame.piece_offset, content);
  file.check_unchanged();
  stamp = file.stamp();
  if (header_size > 0) {
    put_header(entry, entry.mode == kModeByContent ? mode_of_content(content) : entry.mode,
               out.first(header_size));
  }
  size_t padding = 0;
  if (frame.piece_offset + frame.piece_size == entry.size) {
    padding = padded_to_block(entry.size) - entry.size;
    std::memset(content.data() + content.size(), 0, padding);
  }
  return header_size + content.size() + padding;
}

}  // namespace

void throw_changed(std::string_view path) {
  throw Error({std::string(path)}, std::string(kChanged)).with_help(std::string(kChangedHelp));
}

std::optional<FileStamp> build_frame_tar(const LayerPlan& plan, const Frame& frame,
                                         std::span<std::byte> out) {
  std::optional<FileStamp> stamp;
  size_t used = 0;
  if (frame.is_bundle()) {
    for (size_t i = frame.first; i < frame.end; ++i) {
      used += put_entry(plan, plan.entries[i], out.subspan(used));
    }
  } else {
    used = put_piece(plan.entries[frame.first], frame, out, stamp.emplace());
  }
  if (frame.ends_layer) {
    std::memset(out.data() + used, 0, kTarEndSize);
    used += kTarEndSize;
  }
  if (used != frame.tar_size || used != out.size()) throw std::logic_error("frame of another size");
  return stamp;
}

}  // namespace layer
