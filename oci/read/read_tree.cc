// Makes a node of each entry of each layer, and lays layers one over the other.
#include "oci/read/read_tree.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "layer/base/file_metadata.h"
#include "layer/disk/output_file.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/model/xattrs_of_member.h"
#include "oci/model/clean_path.h"
#include "oci/read/layer_entries.h"
#include "oci/read/layer_nodes.h"
#include "oci/read/limits.h"

namespace oci {
namespace {

using layer::Node;
using layer::NodeKind;

constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";
constexpr std::string_view kReservedPrefix = ".wh..wh.";  // of AUFS's own files
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
  void add_file(LayerEntries& entries, archive_entry* entry, Node node, LayerNodes& nodes);
  void show(LayerEntries& entries, const Node& file);
  static Node attributes_of(const LayerEntries& entries, archive_entry* entry);

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
};

uint32_t number_of(const LayerEntries& entries, la_int64_t id) {
  if (!layer::is_valid_owner(id)) {
    throw entries.entry_error(
        fmt::format("is owned by {}, which is not a valid user or group id", id));
  }
  return static_cast<uint32_t>(id);
}

Node TreeReader::attributes_of(const LayerEntries& entries, archive_entry* entry) {
  Node node;
  node.mode = static_cast<uint32_t>(archive_entry_perm(entry));
  node.uid = number_of(entries, archive_entry_uid(entry));
  node.gid = number_of(entries, archive_entry_gid(entry));
  node.mtime = archive_entry_mtime(entry);
  if (!layer::is_valid_time(node.mtime)) {
    throw entries.entry_error("has a time of modification that no system can hold");
  }
  return node;
}

void check(const LayerEntries& entries, const LayerNodes::Fault& fault) {
  if (fault) throw entries.entry_error(*fault);
}

// A path inside the image, or nothing for its root.
std::optional<std::string> path_of(const LayerEntries& entries, archive_entry* entry) {
  const char* text = archive_entry_pathname(entry);
  const std::string_view path = text == nullptr ? std::string_view{} : text;
  if (path.empty()) throw entries.entry_error("is an entry without a name");
  if (path.find_first_not_of("./") == std::string_view::npos && path.find("..") == path.npos) {
    if (archive_entry_filetype(entry) != AE_IFDIR) {
      throw entries.entry_error("is the root of the image, and not a directory");
    }
    return std::nullopt;
  }
  std::optional<std::string> clean = clean_path(path);
  if (!clean) throw entries.entry_error("is outside the image");
  if (const std::string_view why = layer::path_fault(*clean); !why.empty()) {
    throw entries.entry_error(std::string(why));
  }
  return clean;
}

// image-spec layer.md, "Whiteouts". Whether the entry is one, or a file of AUFS's own.
bool add_whiteout(std::string_view path, const LayerEntries& entries, LayerNodes& nodes) {
  const std::string_view name = layer::base_name(path);
  if (path.starts_with(kReservedPrefix) || path.find("/.wh..wh.") != path.npos) {
    if (name != kOpaqueName) return true;
  }
  if (!name.starts_with(kWhiteoutPrefix)) return false;
  std::string_view placed;
  check(entries, nodes.place(path, placed));
  if (name == kOpaqueName) {
    nodes.hide(layer::parent_path(placed), NodeKind::kOpaque);
  } else {
    const std::string_view hidden = name.substr(kWhiteoutPrefix.size());
    if (hidden.empty()) throw entries.entry_error("is a whiteout without a name");
    if (hidden == "." || hidden == "..") {
      throw entries.entry_error(fmt::format("is a whiteout of '{}'", hidden));
    }
    const std::string folder(placed.substr(0, placed.size() - name.size()));
    nodes.hide(nodes.keep(folder + std::string(hidden)), NodeKind::kWhiteout);
  }
  return true;
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
  const std::optional<std::string> path = path_of(entries, entry);
  if (!path || add_whiteout(*path, entries, nodes)) return;
  Node node = attributes_of(entries, entry);
  node.xattrs = nodes.keep_shared(layer::xattrs_of_member(*entry));
  check(entries, nodes.place(*path, node.path));
  if (node.path != *path) node.named = nodes.keep(*path);
  if (const char* target = archive_entry_hardlink(entry)) {
    if (*target == '\0') throw entries.entry_error("is a hardlink to nothing");
    const std::optional<std::string> clean = clean_path(target);
    if (!clean) {
      throw entries.entry_error(fmt::format("is a hardlink to '{}', which is outside the image",
                                            layer::shown_path(target)));
    }
    check(entries, nodes.add_hardlink(node.path, *clean));
    return;
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      add_file(entries, entry, node, nodes);
      return;
    case AE_IFDIR:
      node.kind = NodeKind::kDirectory;
      break;
    case AE_IFLNK: {
      const char* text = archive_entry_symlink(entry);
      node.kind = NodeKind::kSymlink;
      if (text == nullptr || *text == '\0') throw entries.entry_error("is a link to nothing");
      if (const std::string_view why = layer::link_text_fault(text); !why.empty()) {
        throw entries.entry_error(fmt::format("has a link text that {}", why));
      }
      node.content = nodes.keep(text);
      break;
    }
    default:
      node.kind = NodeKind::kOther;
  }
  nodes.add(node);
}

void TreeReader::add_file(LayerEntries& entries, archive_entry* entry, Node node,
                          LayerNodes& nodes) {
  node.kind = NodeKind::kFile;
  node.size = static_cast<uint64_t>(archive_entry_size(entry));
  node.layer = layers_;
  node.inode = ++inodes_;
  nodes.add(node);
  if (visitor_ != nullptr && archive_entry_sparse_count(entry) == 0) show(entries, node);
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
