// Takes what a store knows of the base, or else passes over its layers once.
#include "oci/read/read_base.h"

#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "layer/base/error.h"
#include "oci/read/base_memo.h"
#include "oci/read/match_base.h"
#include "oci/read/probe_image.h"

namespace oci {
namespace {

// Shows each file to two visitors.
class BothVisitors : public FileVisitor {
 public:
  BothVisitors(FileVisitor& first, FileVisitor& second) : first_(first), second_(second) {}

  bool wants(const layer::Node& file, std::span<const std::byte> head) override {
    first_wants_ = first_.wants(file, head);
    second_wants_ = second_.wants(file, head);
    return first_wants_ || second_wants_;
  }

  void take(const layer::Node& file, int fd) override {
    if (first_wants_) first_.take(file, fd);
    // Each takes the file from its beginning.
    if (::lseek(fd, 0, SEEK_SET) != 0) throw layer::system_error(file.path, "cannot seek", errno);
    if (second_wants_) second_.take(file, fd);
  }

 private:
  FileVisitor& first_;
  FileVisitor& second_;
  bool first_wants_ = false;  // of the file at hand
  bool second_wants_ = false;
};

// Whether all is known that the inputs make worth knowing.
bool recall_contents(const BaseImage& base, BaseMatcher& matcher) {
  for (const layer::Node& node : base.tree.nodes()) {
    if (node.kind == layer::NodeKind::kFile && !matcher.recall(node, base.contents)) return false;
  }
  return true;
}

// Gives `base`, as a store knows it, the contents that these inputs ask for; false if it does not
// know all of them.
bool compare_known(BaseImage& base, const layer::FileTree& tree, const ReadBaseOptions& reading) {
  if (reading.find_duplicates == FindDuplicates::kNo) {
    base.contents = {};
    return true;
  }
  BaseMatcher matcher(tree);
  if (!recall_contents(base, matcher)) return false;
  base.contents = matcher.finish(reading.jobs, reading.store);
  return true;
}

BaseImage read_layers(const StoredImage& image, const layer::FileTree& tree,
                      const ReadBaseOptions& reading, layer::StringArena& arena) {
  BaseImage base;
  ProbeVisitor probing(static_cast<uint32_t>(image.layers.size()), base.probes);
  if (reading.find_duplicates == FindDuplicates::kNo) {
    base.tree = read_image_tree(image, reading.context, arena, &probing);
    return base;
  }
  BaseMatcher matcher(tree);
  BothVisitors both(matcher, probing);
  base.tree = read_image_tree(image, reading.context, arena, &both);
  base.contents = matcher.finish(reading.jobs, reading.store);
  return base;
}

}  // namespace

BaseImage read_base(const StoredImage& image, const layer::FileTree& tree,
                    const ReadBaseOptions& reading, layer::StringArena& arena) {
  if (reading.store == nullptr) return read_layers(image, tree, reading, arena);
  std::optional<BaseImage> known = recall_base(image, *reading.store, arena);
  if (known && compare_known(*known, tree, reading)) return std::move(*known);
  BaseImage base = read_layers(image, tree, reading, arena);
  // What other programs asked for stays known.
  if (known)
    known->contents.of_base.insert(base.contents.of_base.begin(), base.contents.of_base.end());
  remember_base(image, base, known ? known->contents : base.contents, *reading.store);
  return base;
}

}  // namespace oci
