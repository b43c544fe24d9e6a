// Reads an archive of any format and compression, member by member, with libarchive.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "layer/disk/output_file.h"

struct archive;
struct archive_entry;

namespace layer {

struct ArchiveSource {
  std::string file;                 // a path; empty: standard input
  std::string called{};             // its name in messages; empty: that of the file
  std::string program{};            // decompresses it; empty: libarchive detects the compression
  std::string options{};            // for libarchive's readers
  bool reads_concatenated = false;  // continues with archives after the first one
};

// Supports libarchive's formats and codecs. Every failure is an Error that names the archive. A
// warning of libarchive counts as a failure, because what it warns about would be lost.
class ArchiveReader {
 public:
  explicit ArchiveReader(ArchiveSource source);
  ~ArchiveReader();

  // The next member; null after the last one. Valid until the next call.
  archive_entry* next();
  // The name of the member that next() returned last.
  const std::string& name() const { return name_; }
  // Writes that member's content to a new file and keeps its holes.
  void copy_data(OutputFile& file);
  // Writes it to where no holes can be; `name` is for messages.
  void send_data(int fd, std::string_view name);
  // Reads that member's content piece by piece, in order; returns 0 after the last piece.
  size_t read_data(void* bytes, size_t size);

  const std::string& called() const;
  archive* handle() { return reader_.get(); }

 private:
  struct Free {
    void operator()(archive* reader) const;
  };
  void check(int status, const char* action);

  ArchiveSource source_;
  std::unique_ptr<archive, Free> reader_;
  std::string name_;
};

}  // namespace layer
