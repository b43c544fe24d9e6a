// The directory that the persistent workers of one user share, for as long as one of them lives.
#pragma once

#include <cstdint>
#include <string>

#include "layer/disk/file_handle.h"

namespace cmd {

// A store (layer/store/store.h) below the directory for temporary files. Each worker that uses it
// holds a shared lock on it, and the last one removes it. What a killed worker leaves behind, the
// next one takes over.
class WorkerStore {
 public:
  // Throws layer::Error, also if the directory belongs to another user or is open to others.
  WorkerStore();
  ~WorkerStore();
  WorkerStore(const WorkerStore&) = delete;
  WorkerStore& operator=(const WorkerStore&) = delete;

  // Call before each use. If the directory was removed or replaced meanwhile, joins the one that is
  // there now, or makes a new one. Throws as the constructor does.
  void rejoin();

  std::string directory() const { return directory_ + "/store"; }
  // Bytes that it may keep.
  uint64_t max_size() const;

 private:
  bool join();
  bool is_named(int directory) const;

  const std::string directory_;
  layer::FileHandle lock_;
};

}  // namespace cmd
