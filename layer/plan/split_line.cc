// Cuts at TABs, and counts.
#include "layer/plan/split_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "layer/plan/plan_field.h"

namespace layer {
namespace {

struct LineKind {
  std::string_view word;
  std::string_view fields;  // for messages
  size_t count;             // with the word
};

constexpr LineKind kLines[] = {
    {"program", "entry point, working directory", 3},
    {"layer", "name, reason", 3},
    {"d", "path, attributes", 3},
    {"f", "path, attributes, size, source", 5},
    {"c", "path, attributes, size, content", 5},
    {"l", "path, attributes, text, why, size", 6},
    {"h", "path, attributes, target, why, size", 6},
    {"base", "path, type, size", 4},
    {"summary", "files=, bytes=, symlinks=, hardlinks=, bytes_linked=, bytes_repeated=", 7},
};

PlanLineFault fault_at(size_t offset, std::string message) {
  return {offset, std::move(message)};
}

}  // namespace

PlanLineFault split_plan_line(std::string_view line, StringArena& arena,
                              std::vector<PlanField>& fields) {
  fields.clear();
  if (const size_t nul = line.find('\0'); nul != std::string_view::npos) {
    return fault_at(nul, "the line holds a NUL byte");
  }
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find('\t', begin), line.size());
    PlanFieldText read = read_plan_field(line.substr(begin, end - begin), arena);
    if (!read.fault.empty()) return fault_at(begin + read.fault_at, std::move(read.fault));
    fields.push_back({read.text, begin});
    begin = end + 1;
  }
  return {};
}

PlanLineFault check_field_count(const std::vector<PlanField>& fields) {
  const std::string_view word = fields.front().text;
  const auto* kind = std::ranges::find(kLines, word, &LineKind::word);
  if (kind == std::end(kLines)) {
    return fault_at(
        0, fmt::format("unknown line '{}': expected one of program layer d f c l h base summary",
                       word));
  }
  if (fields.size() == kind->count) return {};
  return fault_at(
      0, fmt::format("'{}' has {} field{} after it: expected {} ({})", word, fields.size() - 1,
                     fields.size() == 2 ? "" : "s", kind->count - 1, kind->fields));
}

}  // namespace layer
