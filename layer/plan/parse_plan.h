// Parses the plan's text form, whose grammar is in docs/plan_format.md.
#pragma once

#include <string>
#include <string_view>

#include "layer/model/plan.h"
#include "layer/model/string_arena.h"

namespace layer {

// The plan that `text` is the text form of. The plan's texts are views into `text` and `arena`.
// `file` is the file's name in messages and in the entries' origins, which are lines of that file.
// Throws Error for anything that plan_to_text() cannot have printed, with all faults at once and
// the line and column of each.
ImagePlan parse_plan(std::string_view text, const std::string& file, StringArena& arena);

// Parses a file. Throws Error if it cannot be read. If it is below bazel-out/cfg, the sources that
// are below bazel-out/CONFIGURATION are taken from bazel-out/cfg, too: Bazel's path mapping.
ImagePlan read_plan(const std::string& file, StringArena& arena);

}  // namespace layer
