// Has the system read files from a disk before they are needed.
#pragma once

#include <cstdint>

namespace layer {

// Whether the thread that made it has read from a disk since, because something was not in memory.
// What it had read ahead counts as well. Also false where the system does not say.
class DiskReads {
 public:
  DiskReads() : before_(blocks()) {}
  bool any() const { return blocks() != before_; }

 private:
  static long blocks();

  long before_;
};

// Begins to read a part of an open file into memory, and does not wait for it. If the system
// refuses, nothing happens.
void read_ahead(int fd, uint64_t offset, uint64_t size);

}  // namespace layer
