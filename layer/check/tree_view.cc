// Resolves plain relative links to a file with one lookup each; ImageTree walks the others.
#include "layer/check/tree_view.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <optional>
#include <string>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

// Where a link leads as text; no value where text is not enough. A node's parents are directories,
// so leading ".." can be taken off its path; any later one may cross a link.
std::optional<std::string> target_as_text(const Node& link) {
  auto [rest, ups] = link.link();
  std::string_view parent = parent_path(link.path);
  for (; ups > 0 || rest.starts_with("../"); parent = parent_path(parent)) {
    if (parent.empty()) return std::nullopt;
    if (ups > 0) {
      --ups;
    } else {
      rest.remove_prefix(3);
    }
  }
  if (rest.empty() || rest.front() == '/' || rest.front() == '.' || rest.back() == '/' ||
      rest.find("/.") != std::string_view::npos || rest.find("//") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string path(parent);
  if (!path.empty()) path += '/';
  return path.append(rest);
}

}  // namespace

TreeView::TreeView(const ImageTree& tree)
    : tree_(tree), target_(tree.nodes().size()), sound_(tree.nodes().size()) {
  tbb::parallel_for(tbb::blocked_range<size_t>(0, nodes().size(), 512), [this](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      if (nodes()[i].kind == NodeKind::kSymlink) follow_link(i);
    }
  });
}

void TreeView::follow_link(size_t link) {
  const Node& node = nodes()[link];
  if (const std::optional<std::string> path = target_as_text(node)) {
    const Node* found = tree_.find(*path);
    if (found != nullptr && found->kind != NodeKind::kSymlink) {
      target_[link] = found;
      sound_[link] = 1;
      return;
    }
  }
  const Resolution end = tree_.resolve(node.path);
  target_[link] = end.node;
  sound_[link] = end.fault == ResolveFault::kNone && !end.left_root ? 1 : 0;
}

const Node* TreeView::follow(const Node& node) const {
  return node.kind == NodeKind::kSymlink ? target_[index(node)] : &node;
}

std::span<const Node> TreeView::below(const Node& directory) const {
  const size_t first = index(directory) + 1;
  size_t end = first;
  while (end < nodes().size() && is_below(nodes()[end].path, directory.path)) ++end;
  return {nodes().data() + first, end - first};
}

}  // namespace layer
