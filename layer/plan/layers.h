// Which layer each entry goes into: interpreter, packages, what the user asks for, app.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/layer_lock.h"
#include "layer/place/place.h"
#include "layer/place/shared_root.h"
#include "layer/plan/layer_rules.h"
#include "layer/plan/package_layers.h"

namespace layer {

enum class LayerSplit : uint8_t { kGroups, kOne };

struct LayerOptions {
  LayerSplit split = LayerSplit::kGroups;
  unsigned max_layers = 16;                      // at least 3 for kGroups
  uint64_t own_layer_size = uint64_t{10} << 20;  // bytes that earn a package a layer of its own
  std::vector<LayerRule> rules;                  // the first that matches wins
  std::optional<LayerLock> lock;                 // absent: the hash of names decides alone
};

struct LayerAssignment {
  std::vector<LayerInfo> layers;   // bottom first, none empty
  std::vector<uint32_t> layer_of;  // for each entry of the tree, an index into `layers`
  uint32_t app = 0;                // the layer of what varies per binary, if anything does
  std::optional<LayerLock> lock;   // PackageLayers::lock
  std::vector<uint32_t> unused;    // rules that took nothing, by number
};

struct LayerRequest {
  const FileTree& tree;
  std::span<const Placement> placed;  // of the tree's entries, in their order
  std::span<const uint64_t> stored;   // each entry's bytes in the image; 0: not stored as a file
  const SharedRepositories& shared;
};

// For each entry the first that holds: a rule that matches; the group that the input states; its
// repository. Interpreter repositories come first, then packages (package_layers.h), then groups in
// the order in which the input names them, then rules' layers in theirs, then the app: first-party
// files, virtual environments and all that varies per binary. A group or rule may name any other of
// these layers; what it matches then joins that. Throws Error when they are more than `max_layers`.
LayerAssignment assign_layers(const LayerRequest& request, const LayerOptions& options);

}  // namespace layer
