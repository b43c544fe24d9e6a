// Prints what differs between two images for programs: docs/diff.schema.json.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "cmd/inspect/comparison.h"

namespace cmd {

// The report without files.
nlohmann::json diff_report(const Comparison& comparison);
// One of its files.
nlohmann::json change_json(const Comparison& comparison, size_t i);

void print_diff_json(const Comparison& comparison);

}  // namespace cmd
