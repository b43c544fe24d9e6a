// Looks up parents in this layer first, then in the image below it.
#include "oci/read/layer_nodes.h"

#include <fmt/core.h>

#include <algorithm>

#include "layer/base/limits.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/relative_path.h"
#include "layer/model/walk_limit.h"

namespace oci {
namespace {

using layer::Node;
using layer::NodeKind;

constexpr uint32_t kImpliedMode = 0755;
constexpr std::string_view kTooDeep =
    "leads, through links, to a path longer than 4095 bytes, which no system can open";

// Puts the components of `text` in front of those that are still to be walked, the next one last.
void push_components(std::string_view text, std::vector<std::string>& rest) {
  const size_t first = rest.size();
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (!part.empty() && part != ".") rest.emplace_back(part);
    begin = end + 1;
  }
  std::reverse(rest.begin() + static_cast<std::ptrdiff_t>(first), rest.end());
}

// A layer may put a directory, files in it, and then a file in the directory's place.
void drop_obscured(std::vector<Node>& nodes) {
  std::sort(nodes.begin(), nodes.end(),
            [](const Node& a, const Node& b) { return layer::tree_order(a.path, b.path); });
  std::string_view above;
  std::erase_if(nodes, [&](const Node& node) {
    if (!above.empty() && layer::is_below(node.path, above)) return true;
    above = node.kind == NodeKind::kDirectory ? std::string_view{} : node.path;
    return false;
  });
}

}  // namespace

void TreeBudget::take_node(const layer::Origin& layer) {
  if (++nodes_ <= max_nodes_) return;
  throw layer::Error(layer.position(), fmt::format("takes the image beyond {} paths", max_nodes_))
      .with_help(layer::limit_help(layer::kMaxEntriesOption));
}

void TreeBudget::take_text(uint64_t bytes, const layer::Origin& layer) {
  if ((text_ += bytes) <= max_text_) return;
  throw layer::Error(layer.position(),
                     fmt::format("takes the names and link texts of the image beyond {}",
                                 layer::limit_text(max_text_)))
      .with_help(layer::limit_help(layer::kMaxEntriesOption));
}

void TreeBudget::take_walk(uint64_t cost, const layer::Origin& layer) {
  if ((walk_ += cost) <= max_walk_) return;
  throw layer::Error(layer.position(),
                     fmt::format("has paths that lead through more than {} of folders' names",
                                 layer::limit_text(max_walk_)));
}

void TreeBudget::take_below(uint64_t paths, const layer::Origin& layer) {
  if ((below_ += paths) <= max_below_) return;
  throw layer::Error(layer.position(),
                     fmt::format("is one of so many layers, over so many paths, that these are "
                                 "more than {} when they are counted for each layer",
                                 max_below_))
      .with_help(layer::limit_help(layer::kMaxEntriesOption));
}

const Node* LayerNodes::find(std::string_view path) const {
  const auto here = index_.find(path);
  return here == index_.end() ? below_.find(path) : &nodes_[here->second];
}

std::string_view LayerNodes::keep(std::string_view text) {
  budget_.take_text(text.size(), origin_);
  return arena_.copy(text);
}

const std::string_view* LayerNodes::keep_shared(std::string_view text) {
  budget_.take_text(text.size(), origin_);
  return arena_.intern_at(text);
}

void LayerNodes::add_parent(std::string_view path) {
  Node node;
  node.path = keep(path);
  node.kind = NodeKind::kDirectory;
  node.mode = kImpliedMode;
  add(node);
}

// Engines that unpack onto the layers below follow links there, inside the image's root.
LayerNodes::Fault LayerNodes::walk(std::string_view parent, std::string& physical) {
  std::vector<std::string> rest;
  push_components(parent, rest);
  for (int links = 0; !rest.empty();) {
    const std::string component = std::move(rest.back());
    rest.pop_back();
    budget_.take_walk(layer::walk_cost(physical), origin_);
    if (component == "..") {
      physical = layer::parent_path(std::string(physical));
      continue;
    }
    const std::string above = physical;
    if (!above.empty()) physical += '/';
    physical += component;
    if (physical.size() > layer::kMaxPath) return std::string(kTooDeep);
    const Node* node = find(physical);
    if (node == nullptr) {
      add_parent(physical);
    } else if (node->kind == NodeKind::kSymlink) {
      if (++links > layer::kMaxLinksFollowed)
        return fmt::format("lies below '{}', a link that leads back to itself", physical);
      const layer::LinkText link = node->link();
      push_components(link.to_string(), rest);
      physical = link.is_absolute() ? std::string() : above;
    } else if (node->kind != NodeKind::kDirectory) {
      return fmt::format("lies below '{}', which is not a directory", physical);
    }
  }
  return std::nullopt;
}

LayerNodes::Fault LayerNodes::place(std::string_view path, std::string_view& placed) {
  const std::string_view parent = layer::parent_path(path);
  if (parent != last_parent_) {
    std::string physical;
    if (Fault fault = walk(parent, physical)) return fault;
    last_parent_ = keep(parent);
    last_physical_ = physical == parent ? last_parent_ : keep(physical);
  }
  if (last_physical_.size() + 1 + layer::base_name(path).size() > layer::kMaxPath) {
    return std::string(kTooDeep);
  }
  budget_.take_text(last_physical_.size() + path.size(), origin_);
  placed = arena_.join(last_physical_, layer::base_name(path));
  return std::nullopt;
}

void LayerNodes::add(const Node& node) {
  const Node* before = find(node.path);
  const bool moves_what_is_below =
      before != nullptr && (before->kind != node.kind || before->kind == NodeKind::kSymlink);
  if (moves_what_is_below) last_parent_ = last_physical_ = {};
  budget_.take_node(origin_);
  Node added = node;
  added.layer = layer_;
  added.origin = origin_;
  const auto [place, is_new] = index_.try_emplace(node.path, nodes_.size());
  if (is_new) {
    nodes_.push_back(added);
  } else {
    nodes_[place->second] = added;
  }
}

void LayerNodes::hide(std::string_view path, NodeKind kind) {
  budget_.take_node(origin_);
  hidden_.push_back({path, kind});
}

LayerNodes::Fault LayerNodes::add_hardlink(std::string_view path, std::string_view target) {
  std::string physical;
  if (Fault fault = walk(layer::parent_path(target), physical)) return fault;
  if (!physical.empty()) physical += '/';
  physical += layer::base_name(target);
  const Node* found = find(physical);
  if (found == nullptr || found->kind == NodeKind::kDirectory) {
    return fmt::format("is a hardlink to '{}', but there is no such file",
                       layer::shown_path(target));
  }
  Node node = *found;  // an inode has one mode, owner and time, whatever this entry says
  node.path = path;
  add(node);
  return std::nullopt;
}

std::vector<Node> LayerNodes::take() {
  budget_.take_below(below_.nodes().size(), origin_);
  std::vector<Node> nodes = std::move(nodes_);
  drop_obscured(nodes);
  std::vector<Node> marks;
  for (const Hidden& hidden : hidden_) {
    const auto at = std::lower_bound(
        nodes.begin(), nodes.end(), hidden.path,
        [](const Node& node, std::string_view path) { return layer::tree_order(node.path, path); });
    const bool is_here = at != nodes.end() && at->path == hidden.path;
    if (is_here && at->kind != NodeKind::kDirectory) continue;
    const bool is_parent = at != nodes.end() && layer::is_below(at->path, hidden.path);
    Node mark;
    mark.path = hidden.path;
    mark.kind = is_here || is_parent ? NodeKind::kOpaque : hidden.kind;
    marks.push_back(mark);
  }
  nodes.insert(nodes.end(), marks.begin(), marks.end());
  return nodes;
}

}  // namespace oci
