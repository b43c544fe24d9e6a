// Follows plain relative texts with one lookup each; ImageTree walks the others.
#include "layer/check/tree_view.h"

#include <fmt/core.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <optional>
#include <string>

#include "layer/disk/real_path.h"
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
    : tree_(tree),
      target_(tree.nodes().size()),
      ends_(tree.nodes().size()),
      links_(tree.nodes().size()),
      steps_(tree.nodes().size()) {
  tbb::parallel_for(tbb::blocked_range<size_t>(0, nodes().size(), 512), [this](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      if (nodes()[i].kind == NodeKind::kSymlink) take_step(i);
    }
  });
  std::vector<size_t> way;
  for (size_t i = 0; i < nodes().size(); ++i) {
    if (nodes()[i].kind == NodeKind::kSymlink) settle(i, way);
  }
}

// To where the link's own text leads, which may be another link.
void TreeView::take_step(size_t link) {
  const Node& node = nodes()[link];
  links_[link] = 1;
  if (const std::optional<std::string> path = target_as_text(node)) {
    target_[link] = tree_.find(*path);
    if (target_[link] != nullptr) return;
  }
  const Resolution next = next_place(tree_, node);
  target_[link] = next.node;
  links_[link] = static_cast<uint8_t>(std::min(next.links, kMaxLinksFollowed) + 1);
  if (next.fault == ResolveFault::kLoop) {
    ends_[link] = LinkEnd::kTooLong;
  } else if (next.fault != ResolveFault::kNone || next.left_root) {
    ends_[link] = LinkEnd::kUnsound;
  }
}

void TreeView::settle(size_t link, std::vector<size_t>& way) {
  way.clear();
  size_t at = link;
  while (steps_[at] == Step::kNext) {
    steps_[at] = Step::kOnWay;
    way.push_back(at);
    if (!is_link(target_[at])) break;
    at = index(*target_[at]);
  }
  if (steps_[at] == Step::kOnWay && is_link(target_[at])) {
    const auto loop = std::find(way.begin(), way.end(), at);
    settle_loop({loop, way.end()});
    way.erase(loop, way.end());
  }
  for (; !way.empty(); way.pop_back()) settle_from_next(way.back());
}

void TreeView::settle_loop(std::span<const size_t> loop) {
  const size_t first =
      *std::ranges::min_element(loop, {}, [this](size_t link) { return nodes()[link].path; });
  for (const size_t link : loop) {
    ends_[link] = link == first ? LinkEnd::kLoopBegin : LinkEnd::kInLoop;
    target_[link] = nullptr;
    links_[link] = kMaxLinksFollowed + 1;
    steps_[link] = Step::kSettled;
  }
}

// What is behind the link is settled.
void TreeView::settle_from_next(size_t link) {
  steps_[link] = Step::kSettled;
  if (!is_link(target_[link])) return;
  const size_t next = index(*target_[link]);
  const LinkEnd end = ends_[next];
  links_[link] = static_cast<uint8_t>(std::min(links_[link] + links_[next], kMaxLinksFollowed + 1));
  target_[link] = target_[next];
  if (end == LinkEnd::kLoopBegin || end == LinkEnd::kInLoop) {
    ends_[link] = LinkEnd::kInLoop;
  } else if (links_[link] > kMaxLinksFollowed) {
    ends_[link] = LinkEnd::kTooLong;
  } else if (end != LinkEnd::kSound) {
    ends_[link] = end;
  }
  if (links_[link] > kMaxLinksFollowed) target_[link] = nullptr;
}

Resolution next_place(const ImageTree& tree, const Node& link) {
  const std::string text = link.link().to_string();
  if (text.starts_with('/')) return tree.resolve(text, FinalLink::kKeep);
  return tree.resolve(fmt::format("{}/{}", parent_path(link.path), text), FinalLink::kKeep);
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
