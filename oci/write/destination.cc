// Implements what the kinds of destination share.
#include "oci/write/destination.h"

#include <stdexcept>

#include "layer/disk/result_file.h"
#include "layer/disk/temporaries.h"
#include "oci/model/annotations.h"
#include "oci/write/archive.h"
#include "oci/write/layout_directory.h"

namespace oci {

LayoutLock HeldDirectory::lock() const {
  if (held != nullptr) return held;
  try {
    return lock_layout(path);
  } catch (const layer::Error&) {
    if (!is_new()) throw;
    return nullptr;
  }
}

void Destination::await() {
  const HeldDirectory directory = held_directory();
  if (!directory.path.empty()) hold(directory.lock());
}

void Destination::commit(const Image& image) {
  prepare(image);
  send();
  await();
  const layer::Undisturbed section;
  layer::Undo undo;
  show(undo);
  undo.keep();
}

std::unique_ptr<Destination> open_destination(const ImageReference& reference,
                                              const std::string& scratch, ExistingBlobs blobs) {
  switch (reference.transport) {
    case Transport::kOci:
      return open_layout(reference, blobs);
    case Transport::kOciArchive:
    case Transport::kDockerArchive:
      return create_archive(reference, scratch);
  }
  throw std::logic_error("no such transport");
}

Descriptor index_entry(const Image& image, const ImageReference& reference) {
  Descriptor entry = image.manifest;
  const WrittenName name = written_name(reference);
  if (!name.ref_name.empty()) entry.annotations[std::string(kRefNameAnnotation)] = name.ref_name;
  if (!name.full_name.empty()) {
    entry.annotations[std::string(kContainerdNameAnnotation)] = name.full_name;
  }
  return entry;
}

std::string folder_of(const std::string& path) {
  return layer::folder_of_path(path);
}

}  // namespace oci
