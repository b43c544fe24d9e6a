// A layer blob on its own, and the JSON file beside it that says what it is.
#pragma once

#include <string>

#include "oci/image.h"

namespace oci {

// The file BLOB.json: an OCI descriptor (image-spec descriptor.md) with one member more.
//   mediaType    an OCI layer type
//   digest,size  of BLOB
//   diffId       "sha256:<hex>" of the plain tar
//   annotations  may be absent; `dev.veneer.layer.name` becomes part of the image's history
// `veneer layer` writes it and `veneer image` reads it, which saves decompressing the layer.
Json layer_descriptor_json(const NewLayer& layer);
NewLayer parse_layer_descriptor(const JsonField& document);
std::string layer_descriptor_path(const std::string& blob_path);

// Whether its plain tar has no entries and is as veneer ends one: two blocks of zeros.
bool is_empty_layer(const NewLayer& layer);

struct LayerBlob {
  NewLayer layer;
  Blob blob;
};

// Opens a layer blob: described by the file beside it or else by reading all of it. Its digest is
// verified when it is copied into an image. Throws Error.
LayerBlob open_layer_blob(const std::string& path);

}  // namespace oci
