// Escapes byte by byte; a field of plain ASCII, as nearly all are, is only looked through.
#include "layer/plan/plan_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "layer/base/utf8.h"
#include "layer/model/unescape.h"

namespace layer {
namespace {

constexpr Escape kPlanEscapes[] = {{'\\', '\\'}, {'t', '\t'}, {'n', '\n'}};

bool is_plain(char c) {
  return c >= ' ' && c < '\x7f' && c != '\\';
}

// TAB and LF have letters; other bytes that no terminal shows as they are have digits.
void append_escaped_byte(char c, std::string& out) {
  if (c == '\t') {
    out += "\\t";
  } else if (c == '\n') {
    out += "\\n";
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const auto plain = static_cast<size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const size_t shown = printable_length(text);
    if (text.front() == '\\') {
      out += "\\\\";
    } else if (shown > 0) {
      out += text.substr(0, shown);
    } else {
      append_escaped_byte(text.front(), out);
    }
    text.remove_prefix(std::max<size_t>(shown, 1));
  }
}

PlanFieldText read_plan_field(std::string_view field, StringArena& arena) {
  if (std::ranges::all_of(field, is_plain)) return {field, 0, {}};
  const Unescaped plain = unescape(field, kPlanEscapes, arena, HexEscapes::kYes);
  if (plain.is_faulty()) {
    return {
        {},
        plain.fault_at,
        fmt::format("unknown escape '{}': expected '\\\\', '\\t', '\\n' or '\\x' with two digits",
                    field.substr(plain.fault_at, 2))};
  }
  std::string printed;
  append_escaped(plain.text, printed);
  if (printed == field) return {plain.text, 0, {}};
  const std::string_view same(field.begin(), std::ranges::mismatch(field, printed).in1);
  const size_t backslashes = same.size() - (same.find_last_not_of('\\') + 1);
  const size_t at = same.size() - backslashes % 2;  // where the escape begins
  return {{}, at, "is not spelt as `veneer plan` spells it"};
}

}  // namespace layer
