// Combines what a virtual environment shows, what sources name, and the move itself.
#include <algorithm>
#include <string_view>
#include <vector>

#include "layer/model/runfiles_path.h"
#include "layer/place/venv_layout.h"

namespace layer {

VenvLayout lay_out_as_venv(const FileTree& tree, const std::vector<FileFacts>& facts,
                           const std::vector<std::string>& keep, StringArena& arena,
                           Diagnostics& found) {
  const VenvLinks links = find_venv_links(tree, facts);
  if (links.sites.empty()) {
    throw Error("--runfiles-layout=venv: there is no virtual environment in the runfiles")
        .with_help(
            "rules_python makes one with --bootstrap_impl=script; without one, leave the "
            "option out");
  }
  std::vector<std::string_view> repositories;
  std::vector<uint32_t> shown;
  for (const VenvLink& link : links.links) {
    repositories.push_back(split_runfiles_path(link.wheel_path).repository);
    shown.push_back(link.entry);
  }
  std::ranges::sort(repositories);
  repositories.erase(std::unique(repositories.begin(), repositories.end()), repositories.end());
  const std::vector<Mention> mentions =
      find_mentions(tree, facts, repositories, links.repositories, shown, arena);
  return move_into_venv(tree, facts, links, mentions, keep, arena, found);
}

}  // namespace layer
