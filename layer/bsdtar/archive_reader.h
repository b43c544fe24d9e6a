// Reads an archive of any kind, member by member.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

struct archive;
struct archive_entry;

namespace layer {

struct ArchiveSource {
  std::string file;       // a path; empty: standard input
  std::string called{};   // in messages; empty: as the file
  std::string program{};  // that decompresses it; empty: libarchive finds out how it is compressed
  std::string options{};  // for libarchive's readers
  bool reads_concatenated = false;  // archives after the first one
};

// Formats and codecs are those of libarchive. Every fault is an Error that names the archive, and a
// warning of libarchive's counts as one: what it could not take over as it is would be lost.
class ArchiveReader {
 public:
  explicit ArchiveReader(ArchiveSource source);
  ~ArchiveReader();

  // Null after the last one. Valid until the next call.
  archive_entry* next();
  // Of the member that next() returned.
  const std::string& name() const { return name_; }
  // Its bytes into a file, holes and all.
  void copy_data(int fd);
  // Its bytes, in pieces and in order; 0 after the last.
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
