// A directory for what has to be in files while an archive is made.
#pragma once

#include <cstdint>
#include <string>

namespace layer {

// Removed with all that is in it.
class Scratch {
 public:
  // Made in `folder`, which exists. Throws Error.
  explicit Scratch(const std::string& folder);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // A path that nothing is at yet.
  std::string next();

 private:
  std::string path_;
  uint64_t count_ = 0;
};

}  // namespace layer
