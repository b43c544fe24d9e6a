// Reads an archive, member by member, with libarchive: tar, cpio, zip and ar, in any compression.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "layer/base/limits.h"
#include "layer/disk/file_handle.h"

struct archive;
struct archive_entry;

namespace layer {

struct ArchiveSource {
  std::string file;                 // a path; empty: standard input
  std::string called{};             // its name in messages; empty: that of the file
  std::string program{};            // decompresses it; empty: libarchive detects the compression
  std::string options{};            // for libarchive's readers
  bool reads_concatenated = false;  // continues with archives after the first one
  // What the archive may decompress to, and what its members' contents may add up to.
  UnpackLimit limit = Limits{}.unpacked;
  uint64_t max_members = Limits{}.entries;
};

// What libarchive says of its last failure, with the cause that the system gave.
std::string failure_of(archive* archive);

// Takes the bytes of a member at an offset in it.
using BlockTaker = std::function<void(std::string_view bytes, uint64_t offset)>;

// Other formats that libarchive knows are not tried: an image of a disk is no list of members, and
// its readers of rare formats take some inputs for ever. Every failure is an Error that names the
// archive. A warning of libarchive counts as a failure, because what it warns about would be lost.
class ArchiveReader {
 public:
  explicit ArchiveReader(ArchiveSource source);
  ~ArchiveReader();

  // The next member; null after the last one. Valid until the next call.
  archive_entry* next();
  // The name of the member that next() returned last.
  const std::string& name() const { return name_; }
  // Hands over that member's content in order, without its holes. Returns its size.
  uint64_t read_blocks(const BlockTaker& take);
  // Reads that member's content piece by piece, in order; returns 0 after the last piece.
  size_t read_data(void* bytes, size_t size);

  const std::string& called() const;
  archive* handle() { return reader_.get(); }

 private:
  struct Free {
    void operator()(archive* reader) const;
  };
  void support_formats();
  void check_empty() const;
  void check(int status, const char* action);
  void charge(uint64_t content);

  ArchiveSource source_;
  FileHandle file_;  // none: standard input
  std::unique_ptr<archive, Free> reader_;
  std::string name_;
  uint64_t stored_ = 0;    // bytes of the archive's file; 0: not known
  uint64_t contents_ = 0;  // bytes of members
  uint64_t stated_ = 0;    // of them, those that the member's header states
  uint64_t members_ = 0;
};

}  // namespace layer
