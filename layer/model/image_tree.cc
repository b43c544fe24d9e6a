// Merges layers like sorted lists, and walks paths component by component.
#include "layer/model/image_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/limits.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/model/walk_limit.h"

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

// What of a path is still to be walked. Components are taken off one by one: a walk may end at the
// first of thousands.
class Pending {
 public:
  // What is pushed is walked before what was there.
  void push(std::string text) {
    texts_.push_back({std::move(text)});
    pass_slashes();
  }
  bool is_empty() const { return texts_.empty(); }
  // The next component.
  std::string take() {
    Text& next = texts_.back();
    const size_t end = std::min(next.text.find('/', next.at), next.text.size());
    std::string component = next.text.substr(next.at, end - next.at);
    next.at = end;
    pass_slashes();
    return component;
  }
  // All that is left behind this component.
  std::string behind(std::string path) const {
    for (auto next = texts_.rbegin(); next != texts_.rend(); ++next) {
      std::string_view left = std::string_view(next->text).substr(next->at);
      while (!left.empty()) {
        const std::string_view component = left.substr(0, left.find('/'));
        left.remove_prefix(std::min(component.size() + 1, left.size()));
        if (component.empty()) continue;
        if (!path.empty()) path += '/';
        path += component;
      }
    }
    return path;
  }

 private:
  struct Text {
    std::string text;
    size_t at = 0;  // a component begins there
  };

  void pass_slashes() {
    while (!texts_.empty()) {
      Text& next = texts_.back();
      next.at = std::min(next.text.find_first_not_of('/', next.at), next.text.size());
      if (next.at < next.text.size()) return;
      texts_.pop_back();
    }
  }

  std::vector<Text> texts_;  // the next one last
};

Resolution stopped(Resolution at, ResolveFault fault, std::string rest) {
  at.rest = std::move(rest);
  at.node = nullptr;
  at.fault = fault;
  return at;
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
  uint64_t cost = 0;
  Resolution result = walk(path, final, cost);
  const uint64_t limit = walk_limit(nodes_.size());
  if (walked_->fetch_add(cost, std::memory_order_relaxed) + cost <= limit) return result;
  throw Error({shown_path(path)},
              fmt::format("the links on the way to this and other paths lead through more than {} "
                          "of folders' names",
                          limit_text(limit)));
}

Resolution ImageTree::walk(std::string_view path, FinalLink final, uint64_t& cost) const {
  Resolution result;
  Pending rest;
  const auto push = [&](std::string text) {
    cost += text.size();
    rest.push(std::move(text));
  };
  push(std::string(path));
  int links = 0;
  while (!rest.is_empty()) {
    const std::string component = rest.take();
    cost += walk_cost(result.path);
    if (result.node != nullptr && result.node->kind != NodeKind::kDirectory) {
      return stopped(std::move(result), ResolveFault::kNotDirectory, rest.behind(component));
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
    if (result.node == nullptr) {
      return stopped(std::move(result), ResolveFault::kMissing, rest.behind({}));
    }
    if (result.node->kind != NodeKind::kSymlink || (rest.is_empty() && final == FinalLink::kKeep)) {
      continue;
    }
    if (++links > kMaxLinksFollowed) {
      return stopped(std::move(result), ResolveFault::kLoop, rest.behind({}));
    }
    const LinkText link = result.node->link();
    push(link.to_string());
    result.path = link.is_absolute() ? std::string() : parent;
    result.node = find(result.path);
  }
  return result;
}

}  // namespace layer
