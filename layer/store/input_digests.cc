// Looks at the disk only when a file is asked for: most inputs of an action never are.
#include "layer/store/input_digests.h"

#include <cstring>

#include "layer/base/digest.h"
#include "layer/disk/staged_link.h"

namespace layer {
namespace {

// No file is on this device.
constexpr uint64_t kNoDevice = UINT64_MAX;

// 192 bits of the digest's hash, for a digest may have any length.
Stamp stand_in(std::string_view digest, uint64_t size) {
  const Digest hash = sha256(std::as_bytes(std::span(digest)));
  Stamp stamp;
  stamp.device = kNoDevice;
  stamp.size = size;
  static_assert(sizeof hash.bytes >= sizeof stamp.inode + sizeof stamp.mtime + sizeof stamp.ctime);
  const uint8_t* bytes = hash.bytes.data();
  std::memcpy(&stamp.inode, bytes, sizeof stamp.inode);
  std::memcpy(&stamp.mtime, bytes + sizeof stamp.inode, sizeof stamp.mtime);
  std::memcpy(&stamp.ctime, bytes + sizeof stamp.inode + sizeof stamp.mtime, sizeof stamp.ctime);
  return stamp;
}

}  // namespace

InputDigests::InputDigests(std::span<const InputDigest> inputs) {
  digests_.reserve(inputs.size());
  for (const InputDigest& input : inputs) {
    const auto [at, is_new] = digests_.try_emplace(input.path, input.digest);
    if (!is_new && at->second != input.digest) at->second = {};
  }
}

std::optional<Stamp> InputDigests::find(std::string_view path, const Stamp& stamp) const {
  const auto found = digests_.find(path);
  if (found == digests_.end() || found->second.empty()) return std::nullopt;
  if (unstaged_link_text(std::string(path))) return std::nullopt;
  return stand_in(found->second, stamp.size);
}

}  // namespace layer
