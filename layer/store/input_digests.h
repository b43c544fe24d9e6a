// What a build system says of its inputs' content, so that files that stay the same need not be read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "layer/store/stamp.h"

namespace layer {

struct InputDigest {
  std::string path;
  std::string digest;  // opaque: equal ones, equal bytes; empty: not known
};

// A stamp says that a file is the one that was read before, unless it is too young. A digest says so
// of a file that was written anew, moved or touched, and of one that is a moment old.
class InputDigests {
 public:
  InputDigests() = default;
  // Looks at the files as they are now; what is not there is left out. So is a link that does more
  // than stage a file, for its digest may be that of its text, and a file that has two digests.
  explicit InputDigests(std::span<const InputDigest> inputs);

  // A stamp of no file, that stands for the content of the one with this stamp wherever and whenever
  // its digest is met. Absent if none is known.
  std::optional<Stamp> find(const Stamp& stamp) const;

 private:
  struct Known {
    Stamp stamp;
    Stamp content;  // what find() returns
    bool is_certain = true;
  };

  std::map<std::pair<uint64_t, uint64_t>, Known> known_;  // by device and inode
};

}  // namespace layer
