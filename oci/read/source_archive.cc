// Implements the archive: libarchive finds where each member's bytes lie, pread(2) reads them.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <map>

#include "oci/model/clean_path.h"
#include "oci/read/decompress.h"
#include "oci/read/limits.h"
#include "oci/read/source.h"

namespace oci {
namespace {

constexpr size_t kMaxMembers = 100'000;
constexpr size_t kMaxMemberLinks = 16;
constexpr uint64_t kReadBytes = uint64_t{1} << 16;

struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

struct Member {
  std::string path;
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string link;  // cleaned path of the member this one links to; empty: it is a file
  bool usable = true;
};

// Gives libarchive the bytes of a blob. No exception crosses it: it is kept, and ends the reading.
class ArchiveBytes {
 public:
  explicit ArchiveBytes(Blob blob) : blob_(std::move(blob)), piece_(kReadBytes) {}

  int open(archive* reader) {
    return archive_read_open2(reader, this, nullptr, read, skip, nullptr);
  }
  void rethrow() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  static la_ssize_t read(archive* reader, void* self, const void** bytes) noexcept {
    auto& source = *static_cast<ArchiveBytes*>(self);
    const auto piece = std::span(source.piece_).first(std::min(source.left(), kReadBytes));
    try {
      source.blob_.read_at(source.position_, piece);
    } catch (...) {
      source.fault_ = std::current_exception();
      archive_set_error(reader, EIO, "the archive cannot be read");
      return ARCHIVE_FATAL;
    }
    source.position_ += piece.size();
    *bytes = piece.data();
    return static_cast<la_ssize_t>(piece.size());
  }

  static la_int64_t skip(archive* /*reader*/, void* self, la_int64_t size) noexcept {
    auto& source = *static_cast<ArchiveBytes*>(self);
    const uint64_t skipped = std::min(source.left(), static_cast<uint64_t>(size));
    source.position_ += skipped;
    return static_cast<la_int64_t>(skipped);
  }

  uint64_t left() const { return blob_.size() - position_; }

  const Blob blob_;
  std::vector<std::byte> piece_;
  uint64_t position_ = 0;
  std::exception_ptr fault_;
};

class Archive : public Source {
 public:
  Archive(std::string path, std::shared_ptr<const File> file)
      : path_(std::move(path)), file_(std::move(file)) {
    list_members();
  }

  std::string name_of(std::string_view path) const override {
    return fmt::format("{}({})", path_, path);
  }

  std::optional<Blob> find(std::string_view path) const override {
    std::string at(path);
    for (size_t links = 0; links < kMaxMemberLinks; ++links) {
      const auto found = members_.find(at);
      if (found == members_.end()) return std::nullopt;
      const Member& member = found->second;
      if (!member.usable) {
        throw layer::Error({name_of(path)}, "is in the archive twice, or is not a regular file");
      }
      if (member.link.empty()) return Blob(file_, member.offset, member.size, name_of(path));
      at = member.link;
    }
    throw layer::Error({name_of(path)}, "is a link that leads nowhere");
  }

 private:
  layer::Error failure(archive* reader, const ArchiveBytes& bytes) const {
    bytes.rethrow();
    const char* message = archive_error_string(reader);
    return layer::Error({path_}, fmt::format("cannot read the tar: {}",
                                             message ? message : "libarchive states no reason"));
  }

  void list_members() {
    const Reader reader(archive_read_new());
    if (!reader) throw std::bad_alloc();
    ArchiveBytes bytes({file_, 0, file_size(*file_), path_});
    if (archive_read_support_format_tar(reader.get()) != ARCHIVE_OK ||
        bytes.open(reader.get()) != ARCHIVE_OK) {
      throw failure(reader.get(), bytes);
    }
    archive_entry* entry = nullptr;
    while (true) {
      const int status = archive_read_next_header(reader.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      // ARCHIVE_WARN: a name of no interest here cannot be converted; names that matter are ASCII.
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) throw failure(reader.get(), bytes);
      add_member(reader.get(), entry);
      if (members_.size() > kMaxMembers) {
        throw layer::Error({path_}, fmt::format("has more than {} members", kMaxMembers));
      }
    }
  }

  void add_member(archive* reader, archive_entry* entry) {
    const char* path = archive_entry_pathname(entry);
    const std::optional<std::string> clean = clean_path(path ? path : "");
    if (!clean || archive_entry_filetype(entry) == AE_IFDIR) return;
    Member member = read_member(reader, entry, *clean);
    const auto [place, is_new] = members_.emplace(*clean, member);
    // Two files of one name are two answers to one question. Those named by digest are verified.
    if (!is_new && !clean->starts_with("blobs/")) place->second.usable = false;
  }

  static Member read_member(archive* reader, archive_entry* entry, const std::string& path) {
    Member member;
    member.path = path;
    const size_t slash = path.rfind('/');
    const std::string folder = slash == path.npos ? "" : path.substr(0, slash + 1);
    std::optional<std::string> target;
    if (const char* hardlink = archive_entry_hardlink(entry)) {
      target = clean_path(hardlink);
      member.usable = target.has_value();
    } else if (archive_entry_filetype(entry) == AE_IFLNK) {
      const char* text = archive_entry_symlink(entry);
      if (text != nullptr && *text != '/') target = clean_path(folder + text);
      member.usable = target.has_value();
    } else {
      // Nothing of the member has been read, so the filter stands at its first byte.
      member.offset = static_cast<uint64_t>(archive_filter_bytes(reader, 0));
      member.size = static_cast<uint64_t>(archive_entry_size(entry));
      member.usable =
          archive_entry_filetype(entry) == AE_IFREG && archive_entry_sparse_count(entry) == 0;
    }
    member.link = target.value_or("");
    return member;
  }

  std::string path_;
  std::shared_ptr<const File> file_;
  std::map<std::string, Member, std::less<>> members_;
};

// The plain bytes of a compressed archive, in a file that has no name.
Blob unpack(const Blob& packed, layer::Codec codec, const ReadContext& context) {
  layer::OutputFile plain(context.scratch);
  UnpackBudget budget(context.limits.temporary, packed.size());
  decompress(packed, codec, budget, [&](std::span<const std::byte> piece) { plain.write(piece); });
  return written_part(plain, 0, plain.size(), packed.name());
}

}  // namespace

std::unique_ptr<Source> open_archive(const std::string& path, const ReadContext& context) {
  std::shared_ptr<const File> file = open_file(path);
  const Blob whole(file, 0, file_size(*file), path);
  const layer::Codec codec = sniff_codec(whole);
  if (codec != layer::Codec::kNone) file = unpack(whole, codec, context).file();
  return std::make_unique<Archive>(path, file);
}

}  // namespace oci
