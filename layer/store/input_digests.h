// What a build system says of its inputs' content, so that files that stay the same need not be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "layer/disk/stamp.h"

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
  // The inputs outlive this. A path that is given with two digests has none.
  explicit InputDigests(std::span<const InputDigest> inputs);

  // A stamp of no file, that stands for the content of the one at `path`, which has this stamp,
  // wherever and whenever its digest is met. Absent if there is no digest, or may be one of a link's
  // text: where the path is a link that does more than stage a file. Any thread.
  std::optional<Stamp> find(std::string_view path, const Stamp& stamp) const;

 private:
  std::unordered_map<std::string_view, std::string_view> digests_;  // by path; empty: none
};

}  // namespace layer
