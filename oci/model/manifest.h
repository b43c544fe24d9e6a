// Manifests and indexes as documents: read with every ambiguity refused.
#pragma once

#include <vector>

#include "oci/model/descriptor.h"

namespace oci {

// image-spec manifest.md.
struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // base first
  StringMap annotations;
};

// Throw Error when the document is of the other type or could be read as it: a manifest with
// `manifests`, an index with `layers` or `config`, a `mediaType` that is not `media_type`, which is
// what the descriptor of the document says (empty: it has none). CVE-2021-41190.
Manifest parse_manifest(const JsonField& document, std::string_view media_type);
// The descriptors that an index (image-spec image-index.md) lists; not parsed, because one that is
// not wanted may be of a kind or a digest algorithm that is not known here.
std::vector<JsonField> index_entries(const JsonField& document, std::string_view media_type);

Json to_json(const Manifest& manifest);

}  // namespace oci
