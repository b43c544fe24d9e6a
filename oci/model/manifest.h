// Reads and writes manifests and reads indexes; refuses a document that could be taken for both.
#pragma once

#include <vector>

#include "oci/model/descriptor.h"

namespace oci {

// Of an image that is read. No engine runs one with so many.
inline constexpr size_t kMaxImageLayers = 1000;

// image-spec manifest.md.
struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // base first
  StringMap annotations;
};

// Both functions throw Error for a document that is of the other type or could be taken for it
// (CVE-2021-41190): a manifest with `manifests`, an index with `layers` or `config`, either with
// `fsLayers`, or a `mediaType` other than `media_type`. That is the type which the document's own
// descriptor states; empty: it has no descriptor. Both check the document's members
// (oci/model/document_members.h).
Manifest parse_manifest(const JsonField& document, std::string_view media_type);
// The descriptors that an index lists (image-spec image-index.md). They are not parsed, because one
// that is not wanted may have a media type or a digest algorithm that veneer does not know.
std::vector<JsonField> index_entries(const JsonField& document, std::string_view media_type);

Json to_json(const Manifest& manifest);

}  // namespace oci
