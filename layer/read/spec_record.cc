// Splits a line at its TABs and undoes the escapes.
#include "layer/read/spec_record.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include "layer/model/unescape.h"

namespace layer {
namespace {

constexpr std::string_view kSpecVersion = "1";

constexpr Escape kSpecEscapes[] = {{'\\', '\\'}, {'t', '\t'}, {'n', '\n'}};

struct RecordKind {
  char letter;
  size_t fields;
  std::string_view names;  // for messages
};

constexpr RecordKind kRecords[] = {
    {'V', 1, "version"},
    {'W', 1, "workspace"},
    {'G', 1, "group"},
    {'i', 1, "exec_path"},
    {'x', 2, "short_path, exec_path"},
    {'f', 3, "short_path, exec_path, owner"},
    {'d', 3, "short_path, exec_path, owner"},
    {'l', 3, "short_path, exec_path, owner"},
    {'u', 3, "short_path, exec_path, owner"},
    {'k', 1, "exec_path"},
    {'t', 3, "short_path, text, owner"},
    {'s', 5, "path, type, exec_path, target short_path, owner"},
    {'r', 5, "path, type, exec_path, target short_path, owner"},
    {'e', 1, "path"},
    {'m', 1, "exec_path"},
};

void fault(Position position, size_t offset, std::string message, Diagnostics& found) {
  position.column = static_cast<uint32_t>(offset + 1);
  found.error({std::move(position), std::move(message), {}, {}});
}

// Fills in the record's fields and returns how many the line has, which may be more.
size_t split_fields(std::string_view line, SpecRecord& record) {
  size_t count = 0;
  for (size_t at = 2; at <= line.size(); ++count) {
    const size_t end = std::min(line.find('\t', at), line.size());
    if (count < record.fields.size()) record.fields[count] = {line.substr(at, end - at), at};
    at = end + 1;
  }
  return count;
}

bool unescape_field(SpecField& field, const Position& position, Diagnostics& found,
                    StringArena& arena) {
  const Unescaped plain = unescape(field.text, kSpecEscapes, arena);
  if (plain.is_faulty()) {
    fault(position, field.offset + plain.fault_at,
          fmt::format("unknown escape '{}': expected '\\\\', '\\t' or '\\n'",
                      field.text.substr(plain.fault_at, 2)),
          found);
    return false;
  }
  field.text = plain.text;
  return true;
}

}  // namespace

void check_spec_version(const std::optional<std::string_view>& line, const std::string& file) {
  const std::string_view text = line.value_or("");
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw Error({file, 1, static_cast<uint32_t>(nul + 1)}, "the line holds a NUL byte");
  }
  if (!text.starts_with("V\t")) {
    throw Error({file, 1, 1}, fmt::format("expected a 'V' record, found {}",
                                          line ? fmt::format("'{}'", text) : "an empty file"))
        .with_help("a veneer spec begins with the line 'V<TAB>1'");
  }
  if (text.substr(2) != kSpecVersion) {
    throw Error({file, 1, 3}, fmt::format("spec version '{}': this veneer reads version '{}'",
                                          text.substr(2), kSpecVersion))
        .with_help("use the veneer that belongs to the rules that wrote this spec");
  }
}

std::optional<SpecRecord> split_record(std::string_view line, const Position& position,
                                       Diagnostics& found, StringArena& arena) {
  if (const size_t nul = line.find('\0'); nul != std::string_view::npos) {
    fault(position, nul, "the line holds a NUL byte", found);
    return std::nullopt;
  }
  const auto* kind = std::ranges::find_if(kRecords, [&](const RecordKind& known) {
    return line.starts_with(known.letter) && (line.size() == 1 || line[1] == '\t');
  });
  if (kind == std::end(kRecords)) {
    fault(position, 0,
          fmt::format("unknown record '{}': expected one of V W G i x f d l u k t s r e m",
                      line.substr(0, line.find('\t'))),
          found);
    return std::nullopt;
  }
  SpecRecord record{.letter = kind->letter, .line = position.line, .fields = {}};
  const size_t count = split_fields(line, record);
  if (count != kind->fields) {
    fault(position, 0,
          fmt::format("'{}' has {} field{}: expected {} ({})", kind->letter, count,
                      count == 1 ? "" : "s", kind->fields, kind->names),
          found);
    return std::nullopt;
  }
  for (SpecField& field : std::span(record.fields).first(count)) {
    if (!unescape_field(field, position, found, arena)) return std::nullopt;
  }
  return record;
}

}  // namespace layer
