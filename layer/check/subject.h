// What one run of the checks is about: an image, how it is started, and what it was made from.
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
  std::string architecture;      // Go's word; empty: not known
  std::string user{};            // "USER[:GROUP]", names or numbers; empty: root

  // The value of a variable; no value when it is not set.
  std::optional<std::string_view> variable(std::string_view name) const;
};

// The files as the input declares them, no link made by veneer among them, on the same base. Made
// when it is first asked for, which a sound image never does. May be used from several threads.
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

// All of it outlives the run.
struct Subject {
  const TreeView& view;
  const Probes& probes;
  const RunConfig& config;
  const InputAsImage* input = nullptr;  // null: not known
  std::optional<uint32_t> base_layers;  // how many are not ours to judge; no value: not known

  // Where the layers do not tell, what is in runfiles is ours.
  bool is_base(const Node& node) const;
};

// "app/x.runfiles/repo" of a path below it; of a path outside of runfiles its first two components.
// What one package's files have in common.
std::string_view package_of(std::string_view path);

}  // namespace layer
