// Stats the files in parallel.
#include "layer/identify/stamp_files.h"

#include <fmt/core.h>

#include <span>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/read/target.h"

namespace layer {
namespace {

const Stamp& stamp_of_file(const Entry& entry, const Target& target) {
  if (target.type == TargetType::kFile) return target.stamp;
  if (target.type == TargetType::kUnreachable) {
    throw system_error(entry.content, fmt::format("cannot read the content of '{}'", entry.path),
                       target.error)
        .with_note(entry.origin.position(), "declared here");
  }
  throw Error(Position{std::string(entry.content)},
              fmt::format("is the content of '{}', but is not a regular file", entry.path))
      .with_note(entry.origin.position(), "declared here");
}

}  // namespace

Stamp look_at(const Entry& entry) {
  return stamp_of_file(entry, find_targets(std::span(&entry.content, 1)).front());
}

void stamp_files(FileTree& tree, StringArena& arena) {
  std::vector<Entry*> files;
  std::vector<std::string_view> paths;
  for (Entry& entry : tree.entries) {
    if (entry.kind != EntryKind::kFile || entry.stamp != nullptr) continue;
    files.push_back(&entry);
    paths.push_back(entry.content);
  }
  const std::vector<Target> targets = find_targets(paths);
  for (size_t i = 0; i < files.size(); ++i) {
    files[i]->stamp = arena.keep(stamp_of_file(*files[i], targets[i]));
  }
}

}  // namespace layer
