// One line of a veneer spec, split into its fields. The grammar is in spec.cc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "layer/error.h"
#include "layer/string_arena.h"

namespace layer {

struct SpecField {
  std::string_view text;  // without escapes
  size_t offset = 0;      // in the line
};

// A record whose letter is known and whose fields are as many as it needs.
struct SpecRecord {
  char letter = 0;
  uint32_t line = 0;
  std::array<SpecField, 5> fields;

  const SpecField& operator[](size_t i) const { return fields[i]; }
};

// The record on `line`, which begins at `position`; a fault goes to `found`.
std::optional<SpecRecord> split_record(std::string_view line, const Position& position,
                                       Diagnostics& found, StringArena& arena);

}  // namespace layer
