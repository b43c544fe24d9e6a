// Whether a layer has the table of contents that its annotations state.
#pragma once

#include <optional>
#include <string>

#include "oci/read/stored_image.h"

namespace oci {

// What is wrong with the table of contents that the annotations of the layer's descriptor state, by
// eStargz's rules (stargz-snapshotter, estargz/gzip.go) or zstd:chunked's (containers/storage,
// pkg/chunked); in words that follow the blob's name. No value: nothing is, or none is stated, or the
// table is stored in another place (stargz-snapshotter's external TOC). Reads the table alone, once.
// Throws Error if the blob cannot be read.
std::optional<std::string> stated_table_fault(const ImageLayer& layer);

}  // namespace oci
