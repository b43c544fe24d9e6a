// Prints plans: as text for people, golden tests and --plan, and as JSON for programs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "layer/model/plan.h"

namespace layer {

struct PlanSummary;

// "declared", "symlink-entry", "site-packages", "interpreter-alias", "equal-content",
// "shared-root"; "" for kNone.
std::string_view reason_name(LinkReason reason);
// "directory", "file", "symlink", "hardlink".
std::string_view type_name(TarType type);

// The permission bits of an entry whose input states none.
uint32_t default_mode(TarType type);
// The attributes of an entry that differ from the fixed policy, as text, or "-".
std::string attributes_text(const TarEntry& entry);
// The plan's last line, with its LF.
std::string summary_text(const PlanSummary& summary);

// Prints the text form, whose grammar is in docs/plan_format.md. `write` is called with one piece
// after the other, because the whole text of a million entries would take as much memory as the
// plan.
using WriteText = std::function<void(std::string_view)>;
void write_plan_text(const ImagePlan& plan, const WriteText& write);
std::string plan_to_text(const ImagePlan& plan);

// Prints a plan of the layer `layer` alone, without program and base, or of no layer if the plan
// has none of that name. The text depends on nothing else in the plan.
void write_plan_part_text(const ImagePlan& plan, std::string_view layer, const WriteText& write);

// The JSON form: {"format":1,"layers":[{"name","reason","entries":[...]}],"summary":{...}}; see
// docs/plan_format.md. In names that are not UTF-8, U+FFFD replaces the invalid bytes.
std::string plan_to_json(const ImagePlan& plan);

}  // namespace layer
