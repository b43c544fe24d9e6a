// The plan's text form, for people and golden tests, and its JSON form, for programs.
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

// Permission bits of an entry whose input states none.
uint32_t default_mode(TarType type);
// An entry's attributes that differ from the fixed policy, or "-".
std::string attributes_text(const TarEntry& entry);
// The plan's last line, with its LF.
std::string summary_text(const PlanSummary& summary);

// The grammar is in docs/plan_format.md. `write` is given piece after piece: of a million entries
// the whole would take as much memory as the plan.
using WriteText = std::function<void(std::string_view)>;
void write_plan_text(const ImagePlan& plan, const WriteText& write);
std::string plan_to_text(const ImagePlan& plan);

// A plan of that layer alone, without program and base; of no layer, if the plan has none of that
// name. It depends on nothing else in the plan.
void write_plan_part_text(const ImagePlan& plan, std::string_view layer, const WriteText& write);

// {"format":1,"layers":[{"name","reason","entries":[...]}],"summary":{...}}; docs/plan_format.md.
// Names that are not UTF-8 appear with U+FFFD in place of what is not.
std::string plan_to_json(const ImagePlan& plan);

}  // namespace layer
