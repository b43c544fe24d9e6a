// What the kinds of destination share.
#include "oci/destination.h"

#include <stdexcept>

#include "oci/annotations.h"
#include "oci/archive.h"
#include "oci/layout.h"

namespace oci {

std::unique_ptr<Destination> open_destination(const ImageReference& reference) {
  switch (reference.transport) {
    case Transport::kOci:
      return open_layout(reference);
    case Transport::kOciArchive:
    case Transport::kDockerArchive:
      return create_archive(reference);
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
  const size_t last = path.find_last_not_of('/');
  if (last == path.npos) return path.empty() ? "." : "/";
  const size_t slash = path.rfind('/', last);
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace oci
