// A place that an image is written to: blobs first, then everything appears at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "layer/disk/undo.h"
#include "layer/store/store.h"
#include "layer/write/layer_writer.h"
#include "oci/model/reference.h"
#include "oci/write/image.h"

namespace oci {

// Layers that are written now are streamed into place (LayerSink); what exists is copied. A blob
// that comes twice is kept once. Nothing can be seen before show(), and if that fails, or what else is
// to appear with it does, nothing of it stays.
class Destination : public layer::LayerSink {
 public:
  using layer::LayerSink::add;

  virtual bool has(const layer::Digest& digest) const = 0;

  // Copies a blob, verified against its descriptor.
  virtual void add(const Descriptor& descriptor, const Blob& blob) = 0;
  virtual void add(const Descriptor& descriptor, std::string_view bytes) = 0;
  // Adds a blob of a store, which is trusted.
  virtual void share(const Descriptor& descriptor, const layer::StoredBlob& blob) = 0;

  // A blob that is had, for reading before commit().
  virtual Blob blob(const layer::Digest& digest) const = 0;

  // Every layer of the image has been added. What can fail for want of room fails here. Call once, and
  // then the next three, each once and in this order, for one destination after the other.
  virtual void prepare(const Image& image) = 0;
  // Writes what goes to a pipe or a device, which is not taken back.
  virtual void send() {}
  // Waits until nobody else writes there; may be left out, for then show() waits.
  virtual void await() {}
  // The image appears. `undo` is gone before the destination is.
  virtual void show(layer::Undo& undo) = 0;

  // All four, for an image that appears alone.
  void commit(const Image& image);
};

// Throws Error when the place cannot be written to. What goes to a pipe waits in `scratch`.
std::unique_ptr<Destination> open_destination(const ImageReference& reference,
                                              const std::string& scratch = "/tmp");

// The image's descriptor in index.json: its manifest with the names of written_name().
Descriptor index_entry(const Image& image, const ImageReference& reference);

// The content of "oci-layout": image-spec image-layout.md.
inline constexpr std::string_view kLayoutFile = R"({"imageLayoutVersion":"1.0.0"})";

// layer::folder_of_path().
std::string folder_of(const std::string& path);

}  // namespace oci
