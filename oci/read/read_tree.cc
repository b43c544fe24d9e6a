// Makes a node of each entry of each layer, and lays layers one over the other.
#include "oci/read/read_tree.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "layer/disk/output_file.h"
#include "oci/read/layer_entries.h"
#include "oci/read/layer_member.h"
#include "oci/read/layer_nodes.h"
#include "oci/read/limits.h"

namespace oci {
namespace {

using layer::Node;

constexpr size_t kCopySize = size_t{64} << 10;

// Reads one layer after the other.
class TreeReader {
 public:
  TreeReader(const ReadContext& context, layer::StringArena& arena, FileVisitor* visitor,
             const LayerTaker& take_layer, std::span<const ImageLayer> layers)
      : context_(context),
        arena_(arena),
        visitor_(visitor),
        take_layer_(take_layer),
        budget_(context.limits.entries),
        unpack_budget_(context.limits.unpacked, blobs_of(layers)) {}

  // Instead of reading the first layers.
  void begin_with(layer::ImageTree tree, uint32_t layers);

  void add_layer(const ImageLayer& layer);
  layer::ImageTree take() { return std::move(tree_); }

 private:
  void add_entry(LayerEntries& entries, archive_entry* entry, LayerNodes& nodes);
  void show(LayerEntries& entries, const Node& file);

  const ReadContext& context_;
  layer::StringArena& arena_;
  FileVisitor* visitor_;
  const LayerTaker& take_layer_;
  layer::ImageTree tree_;
  TreeBudget budget_;
  UnpackBudget unpack_budget_;
  uint32_t layers_ = 0;
  uint32_t inodes_ = 0;
  uint64_t entries_ = 0;
  MemberTexts texts_;  // of the member at hand
};

void check(const LayerEntries& entries, const LayerNodes::Fault& fault) {
  if (fault) throw entries.entry_error(*fault);
}

void TreeReader::begin_with(layer::ImageTree tree, uint32_t layers) {
  tree_ = std::move(tree);
  layers_ = layers;
  for (const Node& node : tree_.nodes()) inodes_ = std::max(inodes_, node.inode);
}

void TreeReader::add_layer(const ImageLayer& layer) {
  LayerEntries entries(layer, unpack_budget_);
  LayerNodes nodes(tree_, arena_, budget_, layers_,
                   {arena_.intern(layer::Declaration{.file = layer.blob.name()})});
  while (archive_entry* entry = entries.next()) add_entry(entries, entry, nodes);
  std::vector<Node> taken = nodes.take();
  if (take_layer_) take_layer_(tree_, taken, layers_);
  tree_.add_layer(std::move(taken));
  ++layers_;
}

void TreeReader::add_entry(LayerEntries& entries, archive_entry* entry, LayerNodes& nodes) {
  if (++entries_ > context_.limits.entries) {
    throw entries
        .entry_error(fmt::format("is one of more than {} entries", context_.limits.entries))
        .with_help(layer::limit_help(layer::kMaxEntriesOption));
  }
  const LayerMember member = read_member(entries, entry, MemberXattrs::kKept, texts_);
  Node node;
  const bool is_file = member.kind == MemberKind::kFile;
  if (is_file) {
    node.layer = layers_;
    node.inode = ++inodes_;
  }
  check(entries, lay_member(member, nodes, node));
  if (is_file && visitor_ != nullptr && archive_entry_sparse_count(entry) == 0) show(entries, node);
}

void TreeReader::show(LayerEntries& entries, const Node& file) {
  std::array<std::byte, kHeadSize> head;
  size_t got = entries.read(head);
  if (!visitor_->wants(file, std::span(head).first(got))) return;
  layer::OutputFile content(context_.scratch);
  content.write(std::span(head).first(got));
  std::vector<std::byte> buffer(kCopySize);
  const layer::UnpackLimit& limits = context_.limits.temporary;
  const uint64_t limit = limits.of(entries.stored_size());
  while (got > 0) {
    got = entries.read(buffer);
    if (content.size() + got > limit) {
      throw entries
          .entry_error(fmt::format("is longer than {}, in a layer of {} bytes",
                                   layer::limit_text(limit), entries.stored_size()))
          .with_help(layer::limit_help(limits.option));
    }
    content.write(std::span(buffer).first(got));
  }
  if (::lseek(content.fd(), 0, SEEK_SET) != 0) {
    throw layer::system_error(context_.scratch, "cannot seek in a temporary file", errno);
  }
  visitor_->take(file, content.fd());
}

}  // namespace

layer::ImageTree read_image_tree(const StoredImage& image, const ReadContext& context,
                                 layer::StringArena& arena, FileVisitor* visitor,
                                 const LayerTaker& take_layer) {
  TreeReader reader(context, arena, visitor, take_layer, image.layers);
  for (const ImageLayer& layer : image.layers) reader.add_layer(layer);
  return reader.take();
}

layer::ImageTree read_layers_onto(layer::ImageTree base, std::span<const ImageLayer> layers,
                                  uint32_t first, const ReadContext& context,
                                  layer::StringArena& arena, FileVisitor* visitor,
                                  const LayerTaker& take_layer) {
  TreeReader reader(context, arena, visitor, take_layer, layers);
  reader.begin_with(std::move(base), first);
  for (const ImageLayer& layer : layers) reader.add_layer(layer);
  return reader.take();
}

}  // namespace oci
