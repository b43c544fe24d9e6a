// The directory that the persistent workers of one user share, for as long as one of them lives.
#pragma once

#include <cstdint>
#include <string>

#include "layer/disk/file_handle.h"

namespace cmd {

// A store (layer/store/store.h) below the directory for temporary files. Whoever uses it holds a shared
// lock on it and the last one removes it; what a killed worker leaves behind, the next one takes over.
class WorkerStore {
 public:
  // Throws layer::Error, also if the directory is another user's.
  WorkerStore();
  ~WorkerStore();
  WorkerStore(const WorkerStore&) = delete;
  WorkerStore& operator=(const WorkerStore&) = delete;

  // To be called before each use: should the directory have been removed or replaced meanwhile, the
  // one that is there now, or a new one, is joined in its place. Throws as the constructor.
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
