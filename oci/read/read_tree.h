// Reads the layers of a stored image, one over the other, into the file system that they make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"

namespace oci {

// Looks into files while an image is read. Files come layer by layer, base first, and within a
// layer in the order of its tar, including those that a later entry or layer replaces or removes.
// So note what is learnt under `file.inode`: the nodes of the finished tree that have this number,
// and only they, hold this very content.
class FileVisitor {
 public:
  virtual ~FileVisitor() = default;

  // Whether to take() the file. `head` is its first kHeadSize bytes, or all of a shorter file. Not
  // called for files that are stored with holes.
  virtual bool wants(const layer::Node& file, std::span<const std::byte> head) = 0;

  // `fd`: an unnamed file with the whole content, at offset 0; closed by the caller. Only for a
  // file that is wanted, right after wants().
  virtual void take(const layer::Node& file, int fd) = 0;
};

inline constexpr size_t kHeadSize = 4096;

// Is called with the nodes of each layer before they are put on the layers below. A node's `named`
// is its path in the layer, where a link below has moved the entry. `layer` is the layer's number,
// base first.
using LayerTaker = std::function<void(const layer::ImageTree& below,
                                      std::span<const layer::Node> nodes, uint32_t layer)>;

// What a container made of the image sees. Whiteouts are applied (image-spec layer.md), hardlinks
// have equal inode numbers, and directories that are only implied are added as engines add them
// (0755, owned by root). An entry whose parent is a symlink is where the symlink leads. The origin
// of a node is its layer's blob.
//
// Layers are verified against digest and diff id. Memory grows with the number of entries, which is
// bounded, not with what layers decompress to. Files that the visitor takes pass through the context's
// folder. `visitor` may be null. Throws Error with the layer and the entry.
layer::ImageTree read_image_tree(const StoredImage& image, const ReadContext& context,
                                 layer::StringArena& arena, FileVisitor* visitor,
                                 const LayerTaker& take_layer = {});

// Puts layers on top of `base`, whose texts are in `arena`; otherwise as read_image_tree(). The
// first of the layers has the number `first`.
layer::ImageTree read_layers_onto(layer::ImageTree base, std::span<const ImageLayer> layers,
                                  uint32_t first, const ReadContext& context,
                                  layer::StringArena& arena, FileVisitor* visitor,
                                  const LayerTaker& take_layer = {});

}  // namespace oci
