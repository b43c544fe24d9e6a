// Prints what differs between two images for programs: docs/diff.schema.json.
#pragma once

#include "cmd/inspect/comparison.h"

namespace cmd {

void print_diff_json(const Comparison& comparison);

}  // namespace cmd
