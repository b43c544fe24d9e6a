// A layer blob on its own, and the JSON file beside it that says what it is.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "oci/write/image.h"

namespace oci {

// The file BLOB.json is an OCI descriptor (image-spec descriptor.md) with further members:
//   mediaType    an OCI layer type
//   digest,size  of BLOB
//   diffId       "sha256:<hex>" of the plain tar
//   annotations  may be absent; `dev.veneer.layer.name` becomes part of the image's history
//   program      may be absent: {"entryPoint": PATH, "workingDirectory": PATH} of the program whose
//                files these are; what an image starts, unless another layer or an option disagrees
//   base         may be absent: chain id of the image that the layer was planned on
// `veneer layer` writes it and `veneer image` reads it. The last two members do not go into an
// image. Parsing throws Error.
Json layer_descriptor_json(const NewLayer& layer);
NewLayer parse_layer_descriptor(const JsonField& document);
std::string layer_descriptor_path(const std::string& blob_path);

// Whether the layer's plain tar has no entries and is what veneer then writes: two blocks of zeros.
bool is_empty_layer(const NewLayer& layer);

// A layer that is a file of its own.
struct LayerBlob {
  NewLayer layer;
  Blob blob;
  bool is_described = false;  // by a file beside it; else it was read
};

// Opens a layer blob. Takes its description from the file beside it, which check_layers() verifies,
// or else from reading all of the blob. Throws Error.
LayerBlob open_layer_blob(const std::string& path, const layer::Limits& limits);

// The blob as a layer of an image that exists.
ImageLayer stored_layer(const LayerBlob& layer);

// The program whose files the layers have. No value if no layer names one, or if layers name
// different ones: then a warning is added to `found`.
std::optional<layer::Program> suggested_program(std::span<const LayerBlob> layers,
                                                layer::Diagnostics& found);

}  // namespace oci
