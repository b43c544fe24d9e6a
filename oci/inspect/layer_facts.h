// What is in one layer by itself: every entry of its tar, and the digest of each file's content.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/model/string_arena.h"
#include "layer/write/layer_writer.h"
#include "oci/read/layer_member.h"
#include "oci/read/limits.h"
#include "oci/read/stored_image.h"

namespace oci {

// The content of a file that a package manager keeps, or the part of it that matters.
struct PackageText {
  uint32_t member = 0;  // index in LayerFacts::members
  std::string_view text{};
};

// Of a layer that was verified against its digest and its diff id.
struct LayerFacts {
  layer::Digest digest;  // of the layer as it is stored
  layer::Codec codec = layer::Codec::kNone;
  uint64_t tar_size = 0;
  std::vector<LayerMember> members;           // in the order of the tar; texts are in `arena`
  std::vector<layer::Digest> contents;        // of each member that is a kFile, in order
  std::vector<PackageText> package_texts;     // in the order of the tar
  std::unique_ptr<layer::StringArena> arena;  // of all texts
};

// What all layers of an image may cost together, for any number of threads. docs/limits.md.
class FactsBudget {
 public:
  FactsBudget(const layer::Limits& limits, std::span<const Blob> blobs)
      : plain_(limits.unpacked, blobs), max_members_(limits.entries) {}

  UnpackBudget& plain() { return plain_; }
  // Each throws Error, about the current entry, if the budget is used up.
  void take_member(const LayerEntries& entries, const LayerMember& member);
  void take_package_text(const LayerEntries& entries, uint64_t bytes);

 private:
  UnpackBudget plain_;
  uint64_t max_members_;
  std::atomic<uint64_t> members_ = 0;
  std::atomic<uint64_t> texts_ = 0;
  std::atomic<uint64_t> package_texts_ = 0;
};

// Reads the layer once, from its beginning to its end, and holds no file's content but package
// texts. Throws Error as LayerEntries and read_member() do.
LayerFacts read_layer_facts(const ImageLayer& layer, FactsBudget& budget);

}  // namespace oci
