// A place that an image is written to: blobs first, then everything appears at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "layer/disk/undo.h"
#include "layer/store/store.h"
#include "layer/write/layer_writer.h"
#include "oci/model/reference.h"
#include "oci/write/image.h"
#include "oci/write/layout_index.h"

namespace oci {

// A directory that others are kept away from; none if its path is empty.
struct HeldDirectory {
  std::string path{};
  std::string final_path{};  // that it has in the end
  LayoutLock held{};         // if it is locked already

  bool is_new() const { return path != final_path; }
  // Waits for its lock, or gives the one that is held.
  LayoutLock lock() const;
};

// Layers that are written now are written into place (LayerSink); blobs that exist are copied. A
// blob that is added twice is kept once. Nothing of the image can be seen before show(). Nothing of
// it stays if show() fails, or if anything fails that is to appear together with it. All functions
// throw Error.
class Destination : public layer::LayerSink {
 public:
  using layer::LayerSink::add;

  virtual bool has(const layer::Digest& digest) const = 0;

  // Copies a blob, verified against its descriptor; or links it: see ExistingBlobs.
  virtual void add(const Descriptor& descriptor, const Blob& blob) = 0;
  virtual void add(const Descriptor& descriptor, std::string_view bytes) = 0;
  // Adds a blob of a store, which is trusted: it is not verified.
  virtual void share(const Descriptor& descriptor, const layer::StoredBlob& blob) = 0;

  // A blob that was added or found, for reading it back before the image appears.
  virtual Blob blob(const layer::Digest& digest) const = 0;

  // Completes the image; every layer of it has been added. What can fail for want of room fails
  // here. Call this and the next three once each, in this order. Of several destinations, each
  // takes one step before any takes the next.
  virtual void prepare(const Image& image) = 0;
  // Writes what goes to a pipe or a device. This cannot be taken back.
  virtual void send() {}
  // Waits until nobody else writes there, and keeps others away as long as this lives. May be left
  // out: show() then does it. May come before prepare(), for an image that depends on what is there.
  void await();
  // Lets the image appear, and adds to `undo` how to take it back. The destination outlives `undo`.
  virtual void show(layer::Undo& undo) = 0;

  // What await() does for several: the directory to lock, and its lock.
  virtual HeldDirectory held_directory() const { return {}; }
  virtual void hold(const LayoutLock& /*lock*/) {}

  // All four, for an image that appears alone. A signal does not split the last.
  void commit(const Image& image);
};

// How blobs that exist as files of their own get into a layout. As a link, a blob is a symlink to the
// absolute path of its file, which has to stay; kTrustedLink does not compare the bytes with the
// digest. What cannot be a link is a copy: a part of an archive, and whatever goes to an archive.
enum class ExistingBlobs : uint8_t { kCopy, kLink, kTrustedLink };

// Throws Error when the place cannot be written to. What goes to a pipe waits in the folder
// `scratch`.
std::unique_ptr<Destination> open_destination(const ImageReference& reference,
                                              const std::string& scratch = "/tmp",
                                              ExistingBlobs blobs = ExistingBlobs::kCopy);

// The image's descriptor in index.json: its manifest with the names of written_name().
Descriptor index_entry(const Image& image, const ImageReference& reference);

// The content of "oci-layout": image-spec image-layout.md.
inline constexpr std::string_view kLayoutFile = R"({"imageLayoutVersion":"1.0.0"})";

// The same as layer::folder_of_path().
std::string folder_of(const std::string& path);

}  // namespace oci
