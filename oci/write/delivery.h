// Writes one image to one or several places.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "oci/write/destination.h"

namespace oci {

// Layers are written once, into the first place, and copied from there to the others. All functions
// throw Error.
class Delivery {
 public:
  // Throws Error when there is no place, or one of them cannot be written to. What goes to a pipe
  // waits in the folder `scratch`.
  explicit Delivery(const std::vector<ImageReference>& places, const std::string& scratch = "/tmp",
                    ExistingBlobs blobs = ExistingBlobs::kCopy);

  // Adds the layers of a base; call before writing the new ones, so that they come first. A store
  // that can be written to keeps a copy of each that is copied, and the first place gets its layers
  // from there.
  void add_base(const StoredImage& base, layer::Store* store = nullptr);
  void add_layer(const Descriptor& descriptor, const Blob& blob, layer::Store* store = nullptr);

  // Adds all that an index of these images leads to; prepare() then gets the index. For one place.
  void add_images(const std::vector<StoredImage>& images);

  // A layer that was added or written.
  Blob blob(const layer::Digest& digest) const { return destinations_.front()->blob(digest); }
  // Adds a document that prepare() does not get. For one place.
  void add_document(const Descriptor& descriptor, std::string_view bytes);

  // Where new layers are written to.
  layer::LayerSink& layers() { return *destinations_.front(); }

  // Completes the image in every place. Call this and the next three once each, in this order; see
  // Destination.
  void prepare(const Image& image);
  void send();
  void await();
  // Lets the image appear in every place, one after the other.
  void show(layer::Undo& undo);

 private:
  std::vector<std::unique_ptr<Destination>> destinations_;
  ExistingBlobs blobs_;
};

// What the user should know about who can read the image at these places.
std::vector<layer::Diagnostic> delivery_warnings(const std::vector<ImageReference>& places,
                                                 const Image& image);

}  // namespace oci
