// Reads archives with libarchive's archive_read.
#include "layer/bsdtar/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/utf8_names.h"
#include "layer/disk/file_handle.h"

namespace layer {
namespace {

constexpr size_t kBlock = size_t{64} << 10;

}  // namespace

void ArchiveReader::Free::operator()(archive* reader) const {
  archive_read_free(reader);
}

ArchiveReader::ArchiveReader(ArchiveSource source)
    : source_(std::move(source)), reader_(archive_read_new()) {
  if (!reader_) throw std::bad_alloc();
  const Utf8Names names;
  archive* const reader = reader_.get();
  // ARCHIVE_WARN: some codec would be a program's, or some format cannot be read by this library;
  // an archive that asks for it is still to come.
  if (!source_.program.empty()) {
    check(archive_read_support_filter_program(reader, source_.program.c_str()),
          "cannot use the decompression program");
  } else if (const int status = archive_read_support_filter_all(reader); status != ARCHIVE_WARN) {
    check(status, "cannot read");
  }
  if (const int status = archive_read_support_format_all(reader); status != ARCHIVE_WARN) {
    check(status, "cannot read");
  }
  if (!source_.options.empty()) {
    check(archive_read_set_options(reader, source_.options.c_str()), "cannot use --options");
  }
  if (source_.reads_concatenated) {
    check(archive_read_set_options(reader, "read_concatenated_archives"), "cannot read");
  }
  const char* const file = source_.file.empty() ? nullptr : source_.file.c_str();
  check(archive_read_open_filename(reader, file, kBlock), "cannot open");
}

ArchiveReader::~ArchiveReader() = default;

const std::string& ArchiveReader::called() const {
  static const std::string kStandardInput = "standard input";
  if (!source_.called.empty()) return source_.called;
  return source_.file.empty() ? kStandardInput : source_.file;
}

void ArchiveReader::check(int status, const char* action) {
  if (status == ARCHIVE_OK) return;
  const char* message = archive_error_string(reader_.get());
  throw Error(
      {called()},
      fmt::format("{}: {}", action, message == nullptr ? "libarchive states no reason" : message));
}

archive_entry* ArchiveReader::next() {
  const Utf8Names names;
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader_.get(), &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  check(status, "cannot read the archive");
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') throw Error({called()}, "holds a member without a name");
  name_ = name;
  return entry;
}

// archive_read_data_into_fd() gives up if a signal comes, and does not say what went wrong.
void ArchiveReader::copy_data(OutputFile& file) {
  for (;;) {
    const void* bytes = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(reader_.get(), &bytes, &size, &offset);
    if (status != ARCHIVE_EOF) check(status, "cannot unpack");
    const auto end = static_cast<uint64_t>(offset);
    if (status == ARCHIVE_EOF) {
      if (end > file.size()) file.truncate(end);  // a hole at the end
      return;
    }
    file.write_at(end, {static_cast<const std::byte*>(bytes), size});
  }
}

void ArchiveReader::send_data(int fd, std::string_view name) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kBlock);
  while (const size_t got = read_data(buffer.get(), kBlock)) {
    write_fully(fd, {buffer.get(), got}, name);
  }
}

size_t ArchiveReader::read_data(void* bytes, size_t size) {
  const la_ssize_t got = archive_read_data(reader_.get(), bytes, size);
  if (got < 0) check(static_cast<int>(got), "cannot read the archive");
  return static_cast<size_t>(got);
}

}  // namespace layer
