// What an input file holds, read once and then remembered.
#pragma once

#include <string_view>

#include "layer/store/store.h"

namespace layer {

// Of the file at `path`, which had this stamp when it was looked at; links are followed. A store,
// which may be null, is asked first and told after, if the file had the stamp before and after being
// read. Throws Error with the path. Any thread.
FileContent read_content(std::string_view path, const Stamp& stamp, Store* store);

}  // namespace layer
