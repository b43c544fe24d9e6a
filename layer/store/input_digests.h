// Digests of inputs that the build system knows, so that unchanged files need not be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "layer/base/keyed_hash.h"
#include "layer/disk/stamp.h"

namespace layer {

struct InputDigest {
  std::string path;
  std::string digest;  // opaque: equal digests mean equal bytes; empty: not known
};

// Digests of inputs, by path. A stamp identifies a file that was read before, but not if it is too
// young. A digest also identifies a file that was rewritten, moved, touched or just created.
class InputDigests {
 public:
  InputDigests() = default;
  // `inputs` must outlive this object. A path that has two different digests in it counts as having
  // none.
  explicit InputDigests(std::span<const InputDigest> inputs);

  // A stand-in stamp, which no real file has, for the content of the file at `path`; `stamp` is the
  // file's real stamp. Equal digests and sizes give equal stand-ins, at any path and in any run. No
  // value if there is no digest, or if it may be that of a link's text: the path is a link other
  // than a staging link. Safe to call from any thread.
  std::optional<Stamp> find(std::string_view path, const Stamp& stamp) const;

 private:
  NameMap<std::string_view> digests_;  // by path; empty: none
};

}  // namespace layer
