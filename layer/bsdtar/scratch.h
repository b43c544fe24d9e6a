// A temporary directory for files that are unpacked while an archive is made.
#pragma once

#include <cstdint>
#include <string>

#include "layer/disk/output_file.h"
#include "layer/disk/temporaries.h"

namespace layer {

// The destructor removes the directory with everything in it.
class Scratch {
 public:
  // Creates the directory in `folder`, which must exist. Throws Error.
  explicit Scratch(const std::string& folder);

  // The directory, for messages under the name of the folder that it is in.
  OutputFolder place() const;

  // A path in the directory at which nothing is yet.
  std::string next();

 private:
  std::string folder_;
  TemporaryName directory_;
  uint64_t count_ = 0;
};

}  // namespace layer
