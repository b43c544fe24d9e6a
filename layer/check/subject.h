// What the checks look at: an image, how it is started, and what it was made from.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/check/tree_view.h"
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

// The files as the input declares them, without links made by veneer, on the same base. The tree is
// built when first asked for, which does not happen for an image without faults. Safe to use from
// several threads.
class InputAsImage {
 public:
  explicit InputAsImage(std::function<ImageTree()> make) : make_(std::move(make)) {}

  const ImageTree& tree() const {
    std::call_once(made_, [this] { tree_ = make_(); });
    return tree_;
  }

 private:
  std::function<ImageTree()> make_;
  mutable std::once_flag made_;
  mutable ImageTree tree_;
};

// Everything it refers to must outlive the run of the checks.
struct Subject {
  const TreeView& view;
  const Probes& probes;
  const RunConfig& config;
  const InputAsImage* input = nullptr;  // null: not known
  std::optional<uint32_t> base_layers;  // how many layers the base has; no value: not known

  // Whether a node belongs to the base, which is not judged. If `base_layers` is not known, every
  // node outside of runfiles counts as the base's.
  bool is_base(const Node& node) const;
};

// What the files of one package have in common: "app/x.runfiles/repo" for a path below it, the
// first two components for a path outside of runfiles.
std::string_view package_of(std::string_view path);

}  // namespace layer
