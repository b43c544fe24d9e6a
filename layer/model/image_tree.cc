// Merges layers like sorted lists.
#include "layer/model/image_tree.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <utility>

#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

// Puts nodes[order[i]] at i, whatever their size is without a second list of them.
void permute(std::vector<Node>& nodes, std::vector<uint32_t>& order) {
  for (uint32_t start = 0; start < order.size(); ++start) {
    if (order[start] == start) continue;
    const Node first = nodes[start];
    uint32_t to = start;
    while (order[to] != start) {
      nodes[to] = nodes[order[to]];
      to = std::exchange(order[to], to);
    }
    nodes[to] = first;
    order[to] = to;
  }
}

// The numbers of `nodes` in tree order, those of equal paths as they come. Lists consist of runs that
// are in order, often of one, so that merging runs takes a fraction of sorting's comparisons.
std::vector<uint32_t> find_order(const std::vector<Node>& nodes) {
  std::vector<uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto is_before = [&](uint32_t a, uint32_t b) {
    return tree_order(nodes[a].path, nodes[b].path);
  };
  std::vector<std::ptrdiff_t> runs{0};  // where each begins, and the end
  for (uint32_t i = 1; i < nodes.size(); ++i) {
    if (is_before(i, i - 1)) runs.push_back(i);
  }
  runs.push_back(std::ssize(order));
  while (runs.size() > 2) {
    std::vector<std::ptrdiff_t> merged;
    for (size_t i = 0; i + 1 < runs.size(); i += 2) {
      merged.push_back(runs[i]);
      if (i + 2 == runs.size()) break;
      std::inplace_merge(order.begin() + runs[i], order.begin() + runs[i + 1],
                         order.begin() + runs[i + 2], is_before);
    }
    merged.push_back(runs.back());
    runs = std::move(merged);
  }
  return order;
}

// In tree order, the last of equal paths kept; an opaque mark stays beside its directory.
void put_in_order(std::vector<Node>& nodes) {
  std::vector<uint32_t> order = find_order(nodes);
  permute(nodes, order);
  size_t kept = 0;
  for (const Node& node : nodes) {
    const bool replaces =
        kept > 0 && nodes[kept - 1].path == node.path &&
        (nodes[kept - 1].kind == NodeKind::kOpaque) == (node.kind == NodeKind::kOpaque);
    if (!replaces) ++kept;
    nodes[kept - 1] = node;
  }
  nodes.resize(kept);
}

bool is_mark(const Node& node) {
  return node.kind == NodeKind::kWhiteout || node.kind == NodeKind::kOpaque;
}

bool hides_what_is_below(NodeKind kind) {
  return kind != NodeKind::kDirectory;
}

// What is left of `nodes` under `upper`, and `upper`; both in order.
std::vector<Node> laid_over(const std::vector<Node>& nodes, const std::vector<Node>& upper) {
  std::vector<Node> merged;
  merged.reserve(nodes.size() + upper.size());
  std::string_view hidden;  // nothing of the lower layers shows below this path
  size_t lower = 0;
  const auto take_lower_before = [&](auto&& is_before) {
    for (; lower < nodes.size() && is_before(nodes[lower].path); ++lower) {
      if (hidden.empty() || !is_below(nodes[lower].path, hidden)) merged.push_back(nodes[lower]);
    }
  };
  for (const Node& node : upper) {
    take_lower_before([&](std::string_view path) { return tree_order(path, node.path); });
    if (lower < nodes.size() && nodes[lower].path == node.path && node.kind != NodeKind::kOpaque) {
      ++lower;
    }
    const bool covered = !hidden.empty() && is_below(node.path, hidden);
    if (hides_what_is_below(node.kind) && !covered) hidden = node.path;
    if (!is_mark(node)) merged.push_back(node);
  }
  take_lower_before([](std::string_view) { return true; });
  return merged;
}

}  // namespace

void PathIndex::build(const std::vector<Node>& nodes) {
  slots_.assign(std::bit_ceil(2 * nodes.size() + 1), 0);
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    size_t slot = KeyedHash()(nodes[i].path) & (slots_.size() - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i + 1;
  }
}

const Node* PathIndex::find(const std::vector<Node>& nodes, std::string_view path) const {
  if (slots_.empty()) return nullptr;
  size_t slot = KeyedHash()(path) & (slots_.size() - 1);
  for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    const Node& node = nodes[slots_[slot] - 1];
    if (node.path == path) return &node;
  }
  return nullptr;
}

void ImageTree::add_layer(std::vector<Node> nodes) {
  put_in_order(nodes);
  if (nodes_.empty()) {
    std::erase_if(nodes, is_mark);
    nodes_ = std::move(nodes);
  } else {
    nodes_ = laid_over(nodes_, nodes);
  }
  index_.build(nodes_);
}

const Node* ImageTree::find(std::string_view path) const {
  return index_.find(nodes_, path);
}

Resolution ImageTree::resolve(std::string_view path, FinalLink final) const {
  const auto look = [this](std::string_view at) -> std::optional<Waypoint> {
    const Node* node = find(at);
    if (node == nullptr) return std::nullopt;
    return Waypoint{node->kind, node->link()};
  };
  Resolution result{walk_path(path, final, look, *walks_, nodes_.size()), nullptr};
  if (result.kind) result.node = find(result.path);
  return result;
}

}  // namespace layer
