// One look at each input, then a search by inode.
#include "layer/store/input_digests.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "layer/digest.h"
#include "layer/read/staged_link.h"
#include "layer/read/target.h"

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
  std::vector<std::string_view> paths;
  paths.reserve(inputs.size());
  for (const InputDigest& input : inputs) paths.emplace_back(input.path);
  const std::vector<Target> targets = find_targets(paths);
  std::vector<Known> found(inputs.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, inputs.size(), 128), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      const InputDigest& input = inputs[i];
      found[i].is_certain = !input.digest.empty() && targets[i].type == TargetType::kFile &&
                            !unstaged_link_text(input.path);
      if (!found[i].is_certain) continue;
      found[i].stamp = targets[i].stamp;
      found[i].content = stand_in(input.digest, targets[i].stamp.size);
    }
  });
  for (const Known& file : found) {
    if (!file.is_certain) continue;
    const auto [at, is_new] = known_.try_emplace({file.stamp.device, file.stamp.inode}, file);
    if (!is_new && at->second.content != file.content) at->second.is_certain = false;
  }
}

std::optional<Stamp> InputDigests::find(const Stamp& stamp) const {
  const auto found = known_.find({stamp.device, stamp.inode});
  if (found == known_.end() || !found->second.is_certain) return std::nullopt;
  if (!is_same_content(found->second.stamp, stamp)) return std::nullopt;
  return found->second.content;
}

}  // namespace layer
