// Keeps a base in the store as a memo of this form:
//   base  := count node{count}
//   node  := path link named layer-file xattrs kind size mtime mode uid gid layer inode content probe
//   content := 0 | 1 digest mode-by-content
//   probe := 0 | 1 layer::put_probe()
#include "oci/read/base_memo.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/probe/probe_memo.h"
#include "layer/store/memo.h"

namespace oci {
namespace {

constexpr std::string_view kForm = "base 4";
constexpr size_t kNodeSize = 15 * sizeof(uint64_t);  // at least

// Layers, and the files that they were read from. No value if one may be changing.
std::optional<layer::Digest> key_of(const StoredImage& image, const layer::Store& store) {
  std::string text(kForm);
  for (const ImageLayer& layer : image.layers) {
    struct stat status = {};
    if (::fstat(layer.blob.fd(), &status) != 0) return std::nullopt;
    const std::optional<layer::Stamp> stamp =
        store.identity(layer.blob.file()->path(), layer::stamp_of(status));
    if (!stamp) return std::nullopt;
    text += fmt::format(" {} {} {} {} {} {} {}", layer.descriptor.digest.hex(),
                        layer.diff_id.digest.hex(), stamp->device, stamp->inode, stamp->size,
                        stamp->mtime, layer.blob.offset());
  }
  return layer::sha256(std::as_bytes(std::span(text)));
}

void put_node(const layer::Node& node, layer::MemoWriter& memo) {
  for (const std::string_view text :
       {node.path, node.content, node.named, node.origin.file(), layer::xattrs_text(node.xattrs)}) {
    memo.put(text);
  }
  memo.put(static_cast<uint64_t>(node.kind));
  memo.put(node.size);
  memo.put(node.mtime);
  for (const uint32_t number : {node.mode, node.uid, node.gid, node.layer, node.inode}) {
    memo.put(number);
  }
}

layer::Node read_node(layer::MemoReader& memo, layer::StringArena& arena) {
  layer::Node node;
  node.path = memo.text();
  node.content = memo.text();
  node.named = memo.text();
  node.origin = {arena.intern(layer::Declaration{.file = memo.text()})};
  node.xattrs = arena.intern_at(memo.text());
  node.kind = static_cast<layer::NodeKind>(memo.small_number());
  node.size = memo.number();
  node.mtime = memo.signed_number();
  for (uint32_t* number : {&node.mode, &node.uid, &node.gid, &node.layer, &node.inode}) {
    *number = memo.small_number();
  }
  return node;
}

void put_content(const layer::BaseContents& contents, uint32_t inode, layer::MemoWriter& memo) {
  const auto content = contents.of_base.find(inode);
  memo.put(uint64_t{content != contents.of_base.end()});
  if (content == contents.of_base.end()) return;
  memo.put(content->second.digest);
  memo.put(content->second.mode_by_content);
}

void read_content(layer::MemoReader& memo, uint32_t inode, layer::BaseContents& contents) {
  if (memo.number() == 0) return;
  layer::BaseContents::File& file = contents.of_base[inode];
  file.digest = memo.digest();
  file.mode_by_content = memo.small_number();
}

}  // namespace

std::optional<BaseImage> recall_base(const StoredImage& image, layer::Store& store,
                                     layer::StringArena& arena) {
  const std::optional<layer::Digest> key = key_of(image, store);
  layer::Memo memo = key ? store.find_memo(*key) : layer::Memo{};
  if (!memo) return std::nullopt;
  layer::MemoReader reader(arena.adopt(std::move(memo.memory), memo.size));
  BaseImage base;
  std::vector<layer::Node> nodes;
  const size_t count = reader.count(kNodeSize);
  nodes.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const layer::Node& node = nodes.emplace_back(read_node(reader, arena));
    read_content(reader, node.inode, base.contents);
    if (reader.number() != 0) base.probes.put(node, layer::read_probe(reader));
  }
  if (!reader.is_done()) return std::nullopt;
  base.tree.add_layer(std::move(nodes));
  return base;
}

void remember_base(const StoredImage& image, const BaseImage& base,
                   const layer::BaseContents& contents, layer::Store& store) {
  const std::optional<layer::Digest> key = key_of(image, store);
  if (!key) return;
  layer::MemoWriter memo;
  memo.put(uint64_t{base.tree.nodes().size()});
  for (const layer::Node& node : base.tree.nodes()) {
    put_node(node, memo);
    put_content(contents, node.inode, memo);
    const layer::FileProbe* probe = base.probes.find(node);
    memo.put(uint64_t{probe != nullptr});
    if (probe != nullptr) layer::put_probe(*probe, memo);
  }
  store.add_memo(*key, memo.bytes());
}

}  // namespace oci
