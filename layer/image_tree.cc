// Layers are merged like sorted lists; paths are walked a component at a time.
#include "layer/image_tree.h"

#include <algorithm>
#include <utility>

#include "layer/file_tree.h"

namespace layer {
namespace {

constexpr int kMaxLinks = 40;  // path_resolution(7)

bool node_order(const Node& a, const Node& b) {
  return tree_order(a.path, b.path);
}

// In tree order, the last of equal paths kept; an opaque mark stays beside its directory.
std::vector<Node> in_order(std::vector<Node> nodes) {
  std::stable_sort(nodes.begin(), nodes.end(), node_order);
  std::vector<Node> kept;
  kept.reserve(nodes.size());
  for (Node& node : nodes) {
    const bool replaces =
        !kept.empty() && kept.back().path == node.path &&
        (kept.back().kind == NodeKind::kOpaque) == (node.kind == NodeKind::kOpaque);
    if (replaces) {
      kept.back() = node;
    } else {
      kept.push_back(node);
    }
  }
  return kept;
}

// `rest`: what was still to be walked, the next component last.
Resolution stopped(Resolution at, ResolveFault fault, const std::vector<std::string>& rest) {
  for (auto component = rest.rbegin(); component != rest.rend(); ++component) {
    at.rest += (at.rest.empty() ? "" : "/") + *component;
  }
  at.node = nullptr;
  at.fault = fault;
  return at;
}

bool hides_what_is_below(NodeKind kind) {
  return kind != NodeKind::kDirectory;
}

}  // namespace

void ImageTree::add_layer(std::vector<Node> nodes) {
  const std::vector<Node> upper = in_order(std::move(nodes));
  std::vector<Node> merged;
  merged.reserve(nodes_.size() + upper.size());
  std::string_view hidden;  // nothing of the lower layers shows below this path
  size_t lower = 0;
  const auto take_lower_before = [&](auto&& is_before) {
    for (; lower < nodes_.size() && is_before(nodes_[lower].path); ++lower) {
      if (hidden.empty() || !is_below(nodes_[lower].path, hidden)) merged.push_back(nodes_[lower]);
    }
  };
  for (const Node& node : upper) {
    take_lower_before([&](std::string_view path) { return tree_order(path, node.path); });
    if (lower < nodes_.size() && nodes_[lower].path == node.path &&
        node.kind != NodeKind::kOpaque) {
      ++lower;
    }
    const bool covered = !hidden.empty() && is_below(node.path, hidden);
    if (hides_what_is_below(node.kind) && !covered) hidden = node.path;
    if (node.kind != NodeKind::kWhiteout && node.kind != NodeKind::kOpaque) merged.push_back(node);
  }
  take_lower_before([](std::string_view) { return true; });
  nodes_ = std::move(merged);
  index_.clear();
  index_.reserve(nodes_.size());
  for (uint32_t i = 0; i < nodes_.size(); ++i) index_.emplace(nodes_[i].path, i);
}

const Node* ImageTree::find(std::string_view path) const {
  const auto found = index_.find(path);
  return found == index_.end() ? nullptr : &nodes_[found->second];
}

Resolution ImageTree::resolve(std::string_view path, FinalLink final) const {
  Resolution result;
  std::vector<std::string> rest;  // components to walk, the next one last
  const auto push = [&rest](std::string_view text) {
    const size_t first = rest.size();
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find('/', begin), text.size());
      if (end > begin) rest.emplace_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    std::reverse(rest.begin() + static_cast<std::ptrdiff_t>(first), rest.end());
  };
  push(path);
  int links = 0;
  while (!rest.empty()) {
    const std::string component = std::move(rest.back());
    rest.pop_back();
    if (result.node != nullptr && result.node->kind != NodeKind::kDirectory) {
      rest.push_back(component);
      return stopped(std::move(result), ResolveFault::kNotDirectory, rest);
    }
    if (component == ".") continue;
    if (component == "..") {
      result.left_root = result.left_root || result.path.empty();
      result.path = parent_path(std::string(result.path));
      result.node = find(result.path);
      continue;
    }
    const std::string parent = result.path;
    if (!parent.empty()) result.path += '/';
    result.path += component;
    result.node = find(result.path);
    if (result.node == nullptr) return stopped(std::move(result), ResolveFault::kMissing, rest);
    if (result.node->kind != NodeKind::kSymlink || (rest.empty() && final == FinalLink::kKeep)) {
      continue;
    }
    if (++links > kMaxLinks) return stopped(std::move(result), ResolveFault::kLoop, rest);
    push(result.node->link);
    result.path = result.node->link.starts_with('/') ? std::string() : parent;
    result.node = find(result.path);
  }
  return result;
}

}  // namespace layer
