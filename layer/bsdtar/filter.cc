// Writes libarchive's "raw" format, which is the output of its filters and nothing else.
#include "layer/bsdtar/filter.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <memory>
#include <new>
#include <span>

#include "layer/base/error.h"
#include "layer/process/pipe_signal.h"

namespace layer {
namespace {

constexpr size_t kBuffer = size_t{256} << 10;

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

// Where libarchive's bytes go; no exception may cross its frames.
struct Sink {
  OutputFile& file;
  std::exception_ptr failure;

  static la_ssize_t write(archive* writer, void* self, const void* bytes, size_t size) {
    auto& sink = *static_cast<Sink*>(self);
    try {
      sink.file.write({static_cast<const std::byte*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      sink.failure = std::current_exception();
      archive_set_error(writer, EIO, "the output cannot be written");
      return ARCHIVE_FATAL;
    }
  }
};

class Filter {
 public:
  Filter(const CompressionRequest& request, OutputFile& packed)
      : name_(request.program.empty() ? "--" + request.codec : request.program),
        writer_(archive_write_new()),
        sink_{packed, nullptr} {
    if (!writer_) throw std::bad_alloc();
    archive* const writer = writer_.get();
    check(archive_write_set_format_raw(writer));
    if (!request.program.empty()) {
      check(archive_write_add_filter_program(writer, request.program.c_str()));
    } else if (!request.codec.empty()) {
      // ARCHIVE_WARN: the codec is a program's, which is what was asked for.
      const int status = archive_write_add_filter_by_name(writer, request.codec.c_str());
      if (status != ARCHIVE_WARN) check(status);
    }
    if (!request.options.empty()) {
      name_ = "--options " + request.options;
      check(archive_write_set_options(writer, request.options.c_str()));
    }
    check(archive_write_set_bytes_in_last_block(writer, 1));  // no padding
    check(archive_write_open(writer, &sink_, nullptr, Sink::write, nullptr));
  }

  void run(const OutputFile& plain) {
    begin_entry();
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kBuffer);
    for (uint64_t offset = 0; offset < plain.size();) {
      const ssize_t got = pread(plain.fd(), buffer.get(), kBuffer, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw system_error("a temporary file", "cannot read", got < 0 ? errno : EIO);
      const la_ssize_t put =
          archive_write_data(writer_.get(), buffer.get(), static_cast<size_t>(got));
      if (put != got) check(ARCHIVE_FATAL);
      offset += static_cast<uint64_t>(got);
    }
    check(archive_write_close(writer_.get()));
  }

 private:
  void begin_entry() {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    if (!entry) throw std::bad_alloc();
    archive_entry_set_pathname(entry.get(), "archive");
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    check(archive_write_header(writer_.get(), entry.get()));
  }

  void check(int status) {
    if (status == ARCHIVE_OK) return;
    if (sink_.failure) std::rethrow_exception(sink_.failure);
    const char* message = archive_error_string(writer_.get());
    throw Error(
        fmt::format("cannot compress with '{}': {}", name_, message ? message : "not supported"));
  }

  std::string name_;
  std::unique_ptr<archive, FreeWriter> writer_;
  Sink sink_;
};

}  // namespace

void filter_file(const OutputFile& plain, const CompressionRequest& request, OutputFile& packed) {
  const PipeSignalHeld held;
  Filter(request, packed).run(plain);
}

}  // namespace layer
