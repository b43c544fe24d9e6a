// What the checks look at: an image, how it is started, and what it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/check/tree_view.h"
#include "layer/model/entry_walk.h"
#include "layer/model/image_tree.h"
#include "layer/probe/probe.h"

namespace layer {

// The parts of an image's config that decide what runs. image-spec config.md.
struct RunConfig {
  std::vector<std::string> command;  // entrypoint and cmd
  std::string working_directory;
  std::vector<std::string> env;  // "KEY=VALUE"
  std::string architecture;      // in Go's words: "amd64"; empty: not known
  std::string user{};            // "USER[:GROUP]", names or numbers; empty: root

  // The value of an environment variable; no value if it is not set.
  std::optional<std::string_view> variable(std::string_view name) const;
};

// Everything it refers to must outlive the run of the checks.
struct Subject {
  const TreeView& view;
  const Probes& probes;
  const RunConfig& config;
  const EntryWalk* input = nullptr;     // what was declared, on the base; null: not known
  std::optional<uint32_t> base_layers;  // how many layers the base has; no value: not known

  // Whether a node belongs to the base, which is not judged. If `base_layers` is not known, every
  // node outside of runfiles counts as the base's.
  bool is_base(const Node& node) const;
};

// What the files of one package have in common: "app/x.runfiles/repo" for a path below it, the
// first two components for a path outside of runfiles.
std::string_view package_of(std::string_view path);

}  // namespace layer
