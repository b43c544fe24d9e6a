// A base image as a store keeps it, so that its layers are not unpacked again.
#pragma once

#include <optional>

#include "layer/model/string_arena.h"
#include "layer/store/store.h"
#include "oci/read/read_base.h"

namespace oci {

// What an earlier run read of this very image, from files that were not written to since: tree,
// probes, and the contents that were asked for then. Its layers were verified by that run.
std::optional<BaseImage> recall_base(const StoredImage& image, layer::Store& store,
                                     layer::StringArena& arena);

// With all `contents` that are known. Nothing if the image's files changed too lately to be sure of them.
void remember_base(const StoredImage& image, const BaseImage& base,
                   const layer::BaseContents& contents, layer::Store& store);

}  // namespace oci
