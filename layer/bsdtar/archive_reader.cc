// Reads archives with libarchive's archive_read.
#include "layer/bsdtar/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/utf8.h"
#include "layer/base/utf8_names.h"
#include "layer/disk/file_handle.h"
#include "layer/process/pipe_signal.h"

namespace layer {
namespace {

constexpr size_t kBlock = size_t{64} << 10;
constexpr const char* kKnownFormats = "veneer reads tar, cpio, zip and ar archives";

// The size of a regular file; 0 of anything else.
uint64_t size_of_file(const std::string& path) {
  struct stat status = {};
  const bool is_file =
      !path.empty() && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? static_cast<uint64_t>(status.st_size) : 0;
}

int support_codecs(archive* reader, const std::string& program) {
  if (!program.empty()) return archive_read_support_filter_program(reader, program.c_str());
  // ARCHIVE_WARN: some codec would be a program's; an archive that asks for it is still to come.
  const int status = archive_read_support_filter_all(reader);
  return status == ARCHIVE_WARN ? ARCHIVE_OK : status;
}

// Whether all that is wrong with a member is that a name is no UTF-8, as pax wants it, and so is there
// as its bytes. A name in which something was replaced is UTF-8.
bool has_names_as_bytes(archive* reader, archive_entry* entry) {
  const char* const why = archive_error_string(reader);
  if (why == nullptr ||
      std::string_view(why).find("can't be converted") == std::string_view::npos) {
    return false;
  }
  const std::array names{archive_entry_pathname(entry), archive_entry_hardlink(entry),
                         archive_entry_symlink(entry), archive_entry_uname(entry),
                         archive_entry_gname(entry)};
  return std::ranges::any_of(names,
                             [](const char* name) { return name != nullptr && !is_utf8(name); });
}

}  // namespace

std::string failure_of(archive* archive) {
  const char* const text = archive_error_string(archive);
  std::string failure = text == nullptr ? "libarchive states no reason" : text;
  const int number = archive_errno(archive);
  // The others are ARCHIVE_ERRNO_MISC, _FILE_FORMAT and _PROGRAMMER of libarchive.
  if (number > 0 && number != EILSEQ && number != EINVAL) {
    failure += ": " + std::generic_category().message(number);
  }
  return failure;
}

void ArchiveReader::Free::operator()(archive* reader) const {
  archive_read_free(reader);
}

ArchiveReader::ArchiveReader(ArchiveSource source)
    : source_(std::move(source)), reader_(archive_read_new()), stored_(size_of_file(source_.file)) {
  if (!reader_) throw std::bad_alloc();
  const Utf8Names names;
  const PipeSignalHeld held;
  archive* const reader = reader_.get();
  check(support_codecs(reader, source_.program),
        source_.program.empty() ? "cannot read" : "cannot use the decompression program");
  support_formats();
  if (!source_.options.empty()) {
    check(archive_read_set_options(reader, source_.options.c_str()), "cannot use --options");
  }
  if (source_.reads_concatenated) {
    check(archive_read_set_options(reader, "read_concatenated_archives"), "cannot read");
  }
  if (!source_.file.empty()) file_ = open_or_throw(source_.file, O_RDONLY);
  check(archive_read_open_fd(reader, file_ ? file_.get() : STDIN_FILENO, kBlock), "cannot open");
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::support_formats() {
  constexpr std::array kFormats = {archive_read_support_format_tar,
                                   archive_read_support_format_cpio,
                                   archive_read_support_format_zip, archive_read_support_format_ar,
                                   archive_read_support_format_empty};
  for (const auto support : kFormats) {
    // ARCHIVE_WARN: libarchive was built without a codec that members of a zip may have.
    if (const int status = support(reader_.get()); status != ARCHIVE_WARN) {
      check(status, "cannot read");
    }
  }
}

const std::string& ArchiveReader::called() const {
  static const std::string kStandardInput = "standard input";
  if (!source_.called.empty()) return source_.called;
  return source_.file.empty() ? kStandardInput : source_.file;
}

void ArchiveReader::check(int status, const char* action) {
  if (status == ARCHIVE_OK) return;
  Error error({called()}, fmt::format("{}: {}", action, failure_of(reader_.get())));
  const bool is_of_no_format =
      archive_format(reader_.get()) == 0 && archive_errno(reader_.get()) == EILSEQ;  // libarchive's
  if (!is_of_no_format) throw error;
  throw std::move(error).with_help(kKnownFormats);
}

// To libarchive, what begins with a block of zeros is a tar without members. So begin images of
// disks.
void ArchiveReader::check_empty() const {
  if (stored_ == 0) return;
  const std::unique_ptr<archive, Free> raw(archive_read_new());
  if (!raw) throw std::bad_alloc();
  archive_entry* entry = nullptr;
  if (support_codecs(raw.get(), source_.program) != ARCHIVE_OK ||
      archive_read_support_format_raw(raw.get()) != ARCHIVE_OK ||
      archive_read_open_filename(raw.get(), source_.file.c_str(), kBlock) != ARCHIVE_OK ||
      archive_read_next_header(raw.get(), &entry) != ARCHIVE_OK) {
    return;  // it has been read before
  }
  std::vector<char> begin(kBlock);
  for (size_t filled = 0; filled < begin.size();) {
    const la_ssize_t got =
        archive_read_data(raw.get(), begin.data() + filled, begin.size() - filled);
    if (got <= 0) break;
    filled += static_cast<size_t>(got);
  }
  if (std::ranges::all_of(begin, [](char c) { return c == 0; })) return;
  throw Error({called()}, "has no members, and more than zeros").with_help(kKnownFormats);
}

// Counts what the archive decompresses to, which includes what is passed over, and the contents of
// its members, which may be compressed again (zip) or hold holes.
void ArchiveReader::charge(uint64_t content) {
  const auto passed = [this](int filter) {
    return static_cast<uint64_t>(
        std::max<la_int64_t>(archive_filter_bytes(reader_.get(), filter), 0));
  };
  constexpr int kPlain = 0;
  constexpr int kStored = -1;
  const uint64_t stored = std::max(stored_, passed(kStored));
  const uint64_t limit = source_.limit.of(stored);
  contents_ += content;
  if (contents_ >= content && std::max(contents_, passed(kPlain)) <= limit) return;
  throw Error({called()}, fmt::format("unpacks to more than {}, the limit for {} bytes",
                                      limit_text(limit), stored))
      .with_help(limit_help(source_.limit.option));
}

archive_entry* ArchiveReader::next() {
  const Utf8Names names;
  const PipeSignalHeld held;
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader_.get(), &entry);
  if (status == ARCHIVE_EOF) {
    if (members_ == 0) check_empty();
    return nullptr;
  }
  if (status != ARCHIVE_WARN || !has_names_as_bytes(reader_.get(), entry)) {
    check(status, "cannot read the archive");
  }
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') throw Error({called()}, "holds a member without a name");
  name_ = name;
  if (++members_ > source_.max_members) {
    throw Error({called()}, fmt::format("holds more than {} members", source_.max_members))
        .with_help(limit_help(kMaxEntriesOption));
  }
  const la_int64_t size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
  stated_ = static_cast<uint64_t>(std::max<la_int64_t>(size, 0));
  charge(stated_);
  return entry;
}

// archive_read_data_into_fd() gives up if a signal comes, and does not say what went wrong.
uint64_t ArchiveReader::read_blocks(const BlockTaker& take) {
  const PipeSignalHeld held;
  uint64_t end = 0;
  for (;;) {
    const void* bytes = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(reader_.get(), &bytes, &size, &offset);
    if (status != ARCHIVE_EOF) check(status, "cannot unpack");
    // At the end, the offset is that of a hole's end.
    end = std::max(end, static_cast<uint64_t>(offset) + size);
    if (end > stated_) {
      charge(end - stated_);
      stated_ = end;
    }
    if (status == ARCHIVE_EOF) return end;
    take({static_cast<const char*>(bytes), size}, static_cast<uint64_t>(offset));
  }
}

size_t ArchiveReader::read_data(void* bytes, size_t size) {
  const PipeSignalHeld held;
  const la_ssize_t got = archive_read_data(reader_.get(), bytes, size);
  if (got < 0) check(static_cast<int>(got), "cannot read the archive");
  charge(0);
  return static_cast<size_t>(got);
}

}  // namespace layer
