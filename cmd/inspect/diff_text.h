// Prints what differs between two images for people.
#pragma once

#include "cmd/inspect/comparison.h"

namespace cmd {

// Whether changed files are all listed, or those of no package and only the first of them.
enum class ListFiles : uint8_t { kAll, kFew };

// Nothing, if nothing differs.
void print_diff_text(const Comparison& comparison, ListFiles list);

}  // namespace cmd
