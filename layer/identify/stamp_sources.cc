// Stats the sources in parallel.
#include "layer/identify/stamp_sources.h"

#include <fmt/core.h>

#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/read/target.h"

namespace layer {
namespace {

// Thrown before anything is made for the bytes that a plan states: these may be any number.
Error wrong_size(const TarEntry& entry, uint64_t size) {
  return Error(entry.origin.position(),
               fmt::format("size '{}' is not that of '{}', which has {} bytes", entry.size,
                           entry.source(), size))
      .with_help("make the plan again: the file was changed after it");
}

}  // namespace

void stamp_sources(std::span<LayerPlan> layers, StringArena& arena) {
  std::vector<TarEntry*> files;
  std::vector<std::string_view> paths;
  for (LayerPlan& layer : layers) {
    for (TarEntry& entry : layer.entries) {
      if (entry.type != TarType::kFile || entry.source().empty() || entry.stamp != nullptr)
        continue;
      files.push_back(&entry);
      paths.push_back(entry.source());
    }
  }
  const std::vector<Target> targets = find_targets(paths);
  for (size_t i = 0; i < files.size(); ++i) {
    if (targets[i].type != TargetType::kFile) continue;
    const Stamp& stamp = targets[i].stamp;
    if (stamp.size != files[i]->size) throw wrong_size(*files[i], stamp.size);
    files[i]->stamp = arena.keep(stamp);
  }
}

}  // namespace layer
