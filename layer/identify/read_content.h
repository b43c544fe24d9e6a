// What an input file holds, read once and then remembered.
#pragma once

#include <string_view>

#include "layer/model/string_arena.h"
#include "layer/store/store.h"

namespace layer {

// Of the file at `path`, which had this stamp when it was looked at; links are followed. A store,
// which may be null, is asked first and told after. `stamp` becomes that of when it was read, by
// which a later change shows. Throws Error with the path, also if the file is another than when it
// was looked at, or is written to meanwhile. Any thread.
FileContent read_content(std::string_view path, Stamp& stamp, Store* store);

// The bytes of such a file, in the arena. Throws alike.
std::string_view read_text(std::string_view path, const Stamp& stamp, StringArena& arena);

}  // namespace layer
