// Lays layers by LayerNodes, as a base is read, and notes which files each of them hides.
#include "oci/inspect/image_facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"
#include "oci/inspect/find_packages.h"

namespace oci {
namespace {

using layer::Node;
using layer::NodeKind;

// Lays one layer after the other.
class FactsLayering {
 public:
  FactsLayering(const StoredImage& image, ImageFacts& facts, uint64_t max_entries)
      : image_(image), facts_(facts), budget_(max_entries) {}

  void add(uint32_t number);

  const std::vector<InstalledText>& texts() const { return texts_; }

 private:
  void add_member(const LayerMember& member, const Blob& blob, LayerNodes& nodes);
  bool may_hide(std::span<const Node> nodes) const;
  void note_hidden(std::span<const Node> nodes, size_t first, uint32_t number);

  const StoredImage& image_;
  ImageFacts& facts_;
  TreeBudget budget_;
  std::vector<InstalledText> texts_;
};

void FactsLayering::add_member(const LayerMember& member, const Blob& blob, LayerNodes& nodes) {
  Node node;
  if (member.kind == MemberKind::kFile) {
    node.inode = static_cast<uint32_t>(facts_.files.size() + 1);
  }
  if (const LayerNodes::Fault fault = lay_member(member, nodes, node)) {
    throw layer::Error({blob.name()},
                       fmt::format("'{}' {}", layer::shown_path(member.path), *fault));
  }
  if (member.kind == MemberKind::kFile) facts_.files.emplace_back().path = node.path;
}

void FactsLayering::add(uint32_t number) {
  const LayerFacts& layer = *facts_.layers[number];
  const Blob& blob = image_.layers[number].blob;
  LayerNodes nodes(facts_.tree, *facts_.arena, budget_, number,
                   {facts_.arena->intern(layer::Declaration{.file = blob.name()})});
  const size_t first = facts_.files.size();
  auto text = layer.package_texts.begin();
  for (uint32_t i = 0; i < layer.members.size(); ++i) {
    const LayerMember& member = layer.members[i];
    add_member(member, blob, nodes);
    if (member.kind != MemberKind::kFile) continue;
    StoredFile& file = facts_.files.back();
    file.content = layer.contents[facts_.files.size() - 1 - first];
    file.size = member.size;
    file.layer = number;
    if (text == layer.package_texts.end() || text->member != i) continue;
    texts_.push_back({static_cast<uint32_t>(facts_.files.size()), text->text});
    ++text;
  }
  std::vector<Node> taken = nodes.take();
  const bool hides = may_hide(taken);
  note_hidden(taken, first, number);
  facts_.tree.add_layer(std::move(taken));
  if (hides) note_hidden(facts_.tree.nodes(), 0, number);
}

// Whether the layer may take anything away that the layers below have.
bool FactsLayering::may_hide(std::span<const Node> nodes) const {
  return std::ranges::any_of(nodes, [&](const Node& node) {
    if (node.kind == NodeKind::kWhiteout || node.kind == NodeKind::kOpaque) return true;
    const Node* below = facts_.tree.find(node.path);
    return below != nullptr &&
           (below->kind != NodeKind::kDirectory || node.kind != NodeKind::kDirectory);
  });
}

// Of the files from `first` on, those that can be seen and that none of the nodes shows.
void FactsLayering::note_hidden(std::span<const Node> nodes, size_t first, uint32_t number) {
  std::vector<bool> is_shown(facts_.files.size());
  for (const Node& node : nodes) {
    if (node.inode != 0) is_shown[node.inode - 1] = true;
  }
  for (size_t i = first; i < facts_.files.size(); ++i) {
    StoredFile& file = facts_.files[i];
    if (!is_shown[i] && file.hidden_by == kNone) file.hidden_by = number;
  }
}

}  // namespace

std::string_view package_kind_name(PackageKind kind) {
  switch (kind) {
    case PackageKind::kAlpine:
      return "Alpine";
    case PackageKind::kDebian:
      return "Debian";
    case PackageKind::kPython:
      return "Python";
  }
  throw std::logic_error("no such kind of package");
}

ImageFacts lay_facts(const StoredImage& image, std::vector<FactsPointer> layers,
                     const layer::Limits& limits) {
  ImageFacts facts;
  facts.layers = std::move(layers);
  facts.arena = std::make_unique<layer::StringArena>();
  FactsLayering layering(image, facts, limits.entries);
  for (uint32_t i = 0; i < facts.layers.size(); ++i) layering.add(i);
  find_packages(layering.texts(), facts);
  return facts;
}

size_t index_of(const ImageFacts& image, const layer::Node& node) {
  return static_cast<size_t>(&node - image.tree.nodes().data());
}

}  // namespace oci
