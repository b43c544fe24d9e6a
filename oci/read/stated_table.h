// Finds the table of contents that an image says a layer has.
#pragma once

#include <optional>
#include <string>

#include "oci/read/stored_image.h"

namespace oci {

struct StatedTable {
  std::string text;
  bool is_in_tar = false;  // it is the last file of the layer's tar, which it does not list
};

// Whether the layer's descriptor has annotations about a table of contents.
bool states_table(const ImageLayer& layer);

// The table of an eStargz or zstd:chunked layer, which the annotations of the layer's descriptor
// name; no value without such annotations, and for one that is stored elsewhere or in another form. Throws Error if there is no table where
// readers look for it, if it has not the digest that is stated, and if it is longer than they take.
// Sources: stargz-snapshotter, docs/estargz.md, "Footer"; containers/storage,
// pkg/chunked/internal/minimal/compression.go.
std::optional<StatedTable> stated_table(const ImageLayer& layer);

}  // namespace oci
