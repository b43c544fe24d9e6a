// Keeps a base image that was read in the store, so that its layers are not unpacked again.
#pragma once

#include <optional>

#include "layer/model/string_arena.h"
#include "layer/store/store.h"
#include "oci/read/read_base.h"

namespace oci {

// Returns what an earlier run read of this very image: tree, probes, and the contents that were
// asked for then. That run verified the layers. No value if the store has no such memo, or if the
// image's files were written to since. Texts are in `arena`.
std::optional<BaseImage> recall_base(const StoredImage& image, layer::Store& store,
                                     layer::StringArena& arena);

// Keeps the base's tree and probes, and `contents`: all that are known of it. Keeps nothing if the
// image's files changed too recently to be sure of them.
void remember_base(const StoredImage& image, const BaseImage& base,
                   const layer::BaseContents& contents, layer::Store& store);

}  // namespace oci
