// Looks paths up in the tree, and adds up what belongs to each package.
#include "oci/inspect/claims.h"

#include <algorithm>
#include <optional>
#include <string>

#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "oci/inspect/package_files.h"
#include "oci/model/clean_path.h"

namespace oci {
namespace {

using layer::Node;
using layer::NodeKind;

// docs/limits.md. A unit is one look-up of a path, 64 bytes of its text, or one node of a folder.
constexpr uint64_t kMaxClaimWork = uint64_t{32} << 20;
// A walk through links looks at every component again.
constexpr uint64_t kWalkCost = 16;

// Where the source of "a/__pycache__/b.cpython-311.pyc" is; empty for any other path.
std::string source_of_compiled(std::string_view path) {
  const std::string_view folder = layer::parent_path(path);
  if (!path.ends_with(".pyc") || layer::base_name(folder) != "__pycache__") return {};
  const std::string_view name = layer::base_name(path);
  std::string source(layer::parent_path(folder));
  if (!source.empty()) source += '/';
  source += name.substr(0, name.find('.'));
  return source + ".py";
}

}  // namespace

Claims::Claims(ImageFacts& image)
    : image_(image), is_counted_(image.files.size()), work_left_(kMaxClaimWork) {
  image_.owners.assign(image_.tree.nodes().size(), kNone);
}

bool Claims::may_work(uint64_t amount) {
  work_left_ = amount > work_left_ ? 0 : work_left_ - amount;
  return work_left_ > 0;
}

void Claims::give(const Node& node, uint32_t package) {
  uint32_t& owner = image_.owners[index_of(image_, node)];
  if (owner != kNone || node.kind == NodeKind::kDirectory) return;
  owner = package;
  if (node.inode == 0 || is_counted_[node.inode - 1]) return;
  is_counted_[node.inode - 1] = true;
  ++image_.packages[package].files;
  image_.packages[package].size += node.size;
}

const Node* Claims::walk(std::string_view path, layer::FinalLink last) {
  const auto parts = static_cast<uint64_t>(std::ranges::count(path, '/')) + 1;
  if (!may_work(kWalkCost * parts)) return nullptr;
  return image_.tree.resolve(path, last).node;
}

const Node* Claims::claim(std::string_view path, uint32_t package) {
  if (!may_work(1 + path.size() / 64) || path.size() > layer::kMaxPath) return nullptr;
  const std::optional<std::string> clean = clean_path(path);
  if (!clean) return nullptr;
  const Node* node = image_.tree.find(*clean);
  if (node == nullptr) node = walk(*clean, layer::FinalLink::kKeep);
  if (node != nullptr) give(*node, package);
  return node;
}

const Node* Claims::follow(const Node& node) {
  if (node.kind != NodeKind::kSymlink) return &node;
  return walk(node.path, layer::FinalLink::kFollow);
}

void Claims::claim_below(std::string_view path, uint32_t package) {
  const std::vector<Node>& nodes = image_.tree.nodes();
  const auto begin = std::lower_bound(
      nodes.begin(), nodes.end(), path,
      [](const Node& node, std::string_view text) { return layer::tree_order(node.path, text); });
  for (auto node = begin; node != nodes.end() && may_work(1); ++node) {
    if (node->path != path && !layer::is_below(node->path, path)) return;
    give(*node, package);
  }
}

void Claims::claim_compiled() {
  for (const Node& node : image_.tree.nodes()) {
    if (node.kind != NodeKind::kFile || image_.owners[index_of(image_, node)] != kNone) continue;
    const std::string source = source_of_compiled(node.path);
    const Node* found = source.empty() ? nullptr : image_.tree.find(source);
    if (found == nullptr) continue;
    const uint32_t owner = image_.owners[index_of(image_, *found)];
    if (owner != kNone) give(node, owner);
  }
}

bool Claims::may_have_directory(const Node& directory, uint32_t number) const {
  const Package& package = image_.packages[number];
  if (package.kind != PackageKind::kPython) return true;
  const std::string_view site = layer::parent_path(python_info(package.path));
  return site.empty() || layer::is_below(directory.path, site);
}

void Claims::claim_directories() {
  // A directory on the way to the current node, and whose the files are that were seen in it.
  struct OpenDirectory {
    const Node* node;
    uint32_t owner = kNone;
    bool is_of_several = false;
    bool has_files = false;
  };
  std::vector<OpenDirectory> open;
  const auto add = [&](uint32_t owner, bool is_of_several) {
    if (open.empty()) return;
    OpenDirectory& above = open.back();
    if (above.has_files && above.owner != owner) above.is_of_several = true;
    above.is_of_several = above.is_of_several || is_of_several;
    above.owner = owner;
    above.has_files = true;
  };
  const auto close = [&] {
    const OpenDirectory done = open.back();
    open.pop_back();
    if (!done.has_files) return;
    const bool is_of_one = !done.is_of_several && done.owner != kNone;
    if (is_of_one && may_have_directory(*done.node, done.owner)) {
      image_.owners[index_of(image_, *done.node)] = done.owner;
    }
    add(done.owner, done.is_of_several);
  };
  for (const Node& node : image_.tree.nodes()) {
    while (!open.empty() && !layer::is_below(node.path, open.back().node->path)) close();
    if (node.kind == NodeKind::kDirectory) {
      open.push_back({&node});
    } else {
      add(image_.owners[index_of(image_, node)], false);
    }
  }
  while (!open.empty()) close();
}

}  // namespace oci
