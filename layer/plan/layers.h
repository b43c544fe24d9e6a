// Assigns each entry to a layer: interpreter, packages, what the user asks for, app.
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
  uint64_t own_layer_size = uint64_t{10} << 20;  // bytes that give a package its own layer
  std::vector<LayerRule> rules;                  // the first that matches wins
  std::optional<LayerLock> lock;                 // absent: only the hash of names decides
};

struct LayerAssignment {
  std::vector<LayerInfo> layers;   // bottom first, none empty
  std::vector<uint32_t> layer_of;  // for each entry of the tree, an index into `layers`
  uint32_t app = 0;                // the layer of what differs per binary, if it is not empty
  std::optional<LayerLock> lock;   // PackageLayers::lock
  std::vector<uint32_t> unused;    // indices of the rules that matched nothing
};

struct LayerRequest {
  const FileTree& tree;
  std::span<const Placement> placed;  // of the tree's entries, in their order
  std::span<const uint64_t> stored;   // each entry's bytes in the image; 0: not stored as a file
  const SharedRepositories& shared;
};

// Assigns each entry by the first of these that applies: a rule that matches it; the group that the
// input states; its repository. The order of layers is: interpreter repositories, packages
// (package_layers.h), groups in the order in which the input names them, layers of rules in the
// order of the rules, and the app (first-party files, virtual environments and everything else that
// differs per binary). If a group or rule names another of these layers, its entries join that
// layer. Throws Error if there are more than `max_layers`.
LayerAssignment assign_layers(const LayerRequest& request, const LayerOptions& options);

}  // namespace layer
