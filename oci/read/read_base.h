// Reads a base image for planning and the checks: its tree, its programs, what inputs repeat of it.
#pragma once

#include <cstdint>
#include <string>

#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/base_contents.h"
#include "layer/probe/probe.h"
#include "layer/store/store.h"
#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"

namespace oci {

struct BaseImage {
  layer::ImageTree tree;
  layer::BaseContents contents;  // empty unless duplicates are to be found
  layer::Probes probes;
};

enum class FindDuplicates : uint8_t { kYes, kNo };

struct ReadBaseOptions {
  FindDuplicates find_duplicates = FindDuplicates::kYes;
  unsigned jobs = 1;
  layer::Store* store = nullptr;  // saves reading a base that an earlier run read; may be null
  ReadContext context;            // see read_image_tree()
};

// Reads the base and, if duplicates are to be found, compares its files with those of the inputs,
// `tree`. Texts of the result are in `arena`. Verifies and throws as read_image_tree().
BaseImage read_base(const StoredImage& image, const layer::FileTree& tree,
                    const ReadBaseOptions& reading, layer::StringArena& arena);

}  // namespace oci
