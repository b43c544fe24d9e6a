// Hashes an input file, or takes its digest from the store.
#pragma once

#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/store/store.h"

namespace layer {

// The digest and kind of the file at `path`, which had this stamp earlier; links are followed. The
// store, which may be null, is asked first; what is read is recorded in it. If the file is read,
// `stamp` becomes its stamp at that time, for detecting later changes. Throws Error with the path,
// also if the file was replaced or written to since `stamp`, or is while it is read. Safe to call
// from any thread.
KnownDigest read_content(std::string_view path, Stamp& stamp, Store* store);

// The bytes of such a file, in the arena. Throws the same errors.
std::string_view read_text(std::string_view path, const Stamp& stamp, StringArena& arena);

}  // namespace layer
