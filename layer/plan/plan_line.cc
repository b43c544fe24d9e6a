// Parses fields, numbers and attributes of a plan's lines.
#include "layer/plan/plan_line.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "layer/base/decimal.h"
#include "layer/base/file_metadata.h"
#include "layer/base/xattrs.h"
#include "layer/model/relative_path.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_text.h"

namespace layer {
namespace {

constexpr size_t kModeDigits = 4;

PlanLineFault fault(size_t offset, std::string message) {
  return {offset, std::move(message)};
}

PlanLineFault expected_number(size_t offset, std::string_view text) {
  return fault(offset, fmt::format("'{}': expected a decimal number", text));
}

std::optional<uint32_t> parse_mode(std::string_view text) {
  const bool is_octal = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
  if (text.size() != kModeDigits || !is_octal) return std::nullopt;
  uint32_t mode = 0;
  for (const char c : text) mode = mode * 8 + static_cast<uint32_t>(c - '0');
  return mode;
}

// Sets one of an entry's attributes; what is wrong with it, or empty.
std::string set_attribute(std::string_view key, std::string_view value, TarEntry& entry) {
  if (key == "mode") {
    const std::optional<uint32_t> mode = parse_mode(value);
    if (!mode) return fmt::format("mode '{}': expected four octal digits", value);
    entry.mode = *mode;
    return {};
  }
  if (key == "mtime") {
    const std::optional<int64_t> seconds = parse_decimal<int64_t>(value);
    if (!seconds) return fmt::format("mtime '{}': expected a decimal number", value);
    if (!is_valid_time(*seconds)) {
      return fmt::format("mtime '{}': no system can hold such a time", value);
    }
    entry.mtime = *seconds;
    return {};
  }
  const std::optional<uint32_t> id = parse_decimal<uint32_t>(value);
  if (!id || !is_valid_owner(*id)) {
    return fmt::format("{} '{}': expected a decimal number below 2^32-1", key, value);
  }
  (key == "uid" ? entry.uid : entry.gid) = *id;
  return {};
}

// All that is left of the attributes from `begin` on: nothing comes behind extended ones.
PlanLineFault set_xattrs(const PlanField& field, size_t begin, StringArena& arena,
                         TarEntry& entry) {
  const std::string_view text = field.text.substr(begin);
  if (entry.type == TarType::kSymlink) {
    return fault(field.offset + begin,
                 fmt::format("'{}': a symlink has no extended attributes", text));
  }
  if (!parse_xattrs(text)) {
    return fault(
        field.offset + begin,
        fmt::format(
            "'{}': expected xattr.NAME=HEX, sorted by name, each name once, with lower-case digits",
            text));
  }
  entry.xattrs = arena.intern_at(text);
  return {};
}

// "-", or the attributes that differ from the policy, in the printer's order.
PlanLineFault parse_attributes(const PlanField& field, StringArena& arena, TarEntry& entry) {
  constexpr std::array<std::string_view, 4> kKeys = {"mode", "uid", "gid", "mtime"};
  entry.mode = default_mode(entry.type);
  if (field.text == "-") return {};
  size_t next_key = 0;
  for (size_t begin = 0; begin <= field.text.size();) {
    const size_t end = std::min(field.text.find(',', begin), field.text.size());
    const std::string_view item = field.text.substr(begin, end - begin);
    if (item.starts_with("xattr.")) {
      if (PlanLineFault wrong = set_xattrs(field, begin, arena, entry); !wrong.message.empty()) {
        return wrong;
      }
      break;
    }
    const std::string_view key = item.substr(0, item.find('='));
    const auto* known = std::find(kKeys.begin() + next_key, kKeys.end(), key);
    if (key.size() == item.size() || known == kKeys.end()) {
      return fault(field.offset + begin,
                   fmt::format("attribute '{}': expected '-', or some of mode=, uid=, gid=, "
                               "mtime=, xattr.NAME=, in this order",
                               item));
    }
    next_key = static_cast<size_t>(known - kKeys.begin()) + 1;
    std::string wrong = set_attribute(key, item.substr(key.size() + 1), entry);
    if (!wrong.empty()) return fault(field.offset + begin, std::move(wrong));
    begin = end + 1;
  }
  if (attributes_text(entry) != field.text) {
    return fault(field.offset, fmt::format("attributes '{}': expected '{}', without default values",
                                           field.text, attributes_text(entry)));
  }
  return {};
}

// The reason that a name stands for; kNone for an unknown one.
LinkReason parse_reason(std::string_view name) {
  for (uint8_t value = 1; value < std::numeric_limits<uint8_t>::max(); ++value) {
    const auto reason = static_cast<LinkReason>(value);
    if (reason_name(reason).empty()) break;
    if (reason_name(reason) == name) return reason;
  }
  return LinkReason::kNone;
}

PlanLineFault parse_link(const std::vector<PlanField>& fields, TarEntry& entry) {
  entry.content = fields[3].text;
  if (entry.content.empty()) return fault(fields[3].offset, "the link has no target");
  if (const std::string_view why = link_text_fault(entry.content); !why.empty()) {
    return fault(fields[3].offset,
                 fmt::format("the link text '{}' {}", shown_path(entry.content), why));
  }
  entry.reason = parse_reason(fields[4].text);
  const bool is_content = entry.reason == LinkReason::kContent;
  if (entry.reason == LinkReason::kNone || is_content != (entry.type == TarType::kHardlink)) {
    return fault(fields[4].offset, fmt::format("'{}' is not a reason for a {}", fields[4].text,
                                               type_name(entry.type)));
  }
  const std::optional<uint64_t> size = parse_decimal<uint64_t>(fields[5].text);
  if (!size) return expected_number(fields[5].offset, fields[5].text);
  entry.size = *size;
  if (entry.reason == LinkReason::kDeclared && entry.size != 0) {
    return fault(fields[5].offset,
                 fmt::format("size '{}': expected 0 for a declared symlink", entry.size));
  }
  return {};
}

PlanLineFault parse_file(const std::vector<PlanField>& fields, TarEntry& entry) {
  const std::optional<uint64_t> size = parse_decimal<uint64_t>(fields[3].text);
  if (!size) return expected_number(fields[3].offset, fields[3].text);
  entry.size = *size;
  entry.content = fields[4].text;
  entry.is_inline = fields[0].text == kPlanContentWord;
  if (entry.is_inline && entry.size != entry.content.size()) {
    return fault(fields[3].offset, fmt::format("size '{}': the content has {} bytes", entry.size,
                                               entry.content.size()));
  }
  if (!entry.is_inline && entry.content.find('\0') != std::string_view::npos) {
    return fault(fields[4].offset, fmt::format("the source '{}' holds a NUL byte", entry.content));
  }
  if (entry.content.empty() && entry.size != 0) {
    return fault(fields[4].offset, fmt::format("the file has {} bytes, but no source", entry.size));
  }
  return {};
}

TarType parse_type(std::string_view word) {
  switch (word.front()) {
    case 'd':
      return TarType::kDirectory;
    case 'l':
      return TarType::kSymlink;
    case 'h':
      return TarType::kHardlink;
    default:
      return TarType::kFile;
  }
}

}  // namespace

PlanLineFault parse_plan_entry(const std::vector<PlanField>& fields, StringArena& arena,
                               TarEntry& entry) {
  entry.type = parse_type(fields[0].text);
  entry.path = fields[1].text;
  if (const std::string_view why = path_fault(entry.path); !why.empty()) {
    return fault(fields[1].offset, fmt::format("path '{}' {}", shown_path(entry.path), why));
  }
  if (entry.path.starts_with(".wh.") || entry.path.find("/.wh.") != std::string_view::npos) {
    return fault(fields[1].offset,
                 fmt::format("path '{}' has a name that image layers reserve for deletions "
                             "(\".wh.\")",
                             entry.path));
  }
  if (PlanLineFault wrong = parse_attributes(fields[2], arena, entry); !wrong.message.empty()) {
    return wrong;
  }
  switch (entry.type) {
    case TarType::kDirectory:
      return {};
    case TarType::kFile:
      return parse_file(fields, entry);
    case TarType::kSymlink:
    case TarType::kHardlink:
      return parse_link(fields, entry);
  }
  return {};
}

PlanLineFault parse_plan_base(const std::vector<PlanField>& fields, InBase& entry) {
  entry.path = fields[1].text;
  if (const std::string_view why = path_fault(entry.path); !why.empty()) {
    return fault(fields[1].offset, fmt::format("path '{}' {}", shown_path(entry.path), why));
  }
  constexpr std::array kTypes = {TarType::kDirectory, TarType::kFile, TarType::kSymlink};
  const auto* type = std::ranges::find(kTypes, fields[2].text, type_name);
  if (type == kTypes.end()) {
    return fault(fields[2].offset,
                 fmt::format("'{}': expected directory, file or symlink", fields[2].text));
  }
  entry.type = *type;
  const std::optional<uint64_t> size = parse_decimal<uint64_t>(fields[3].text);
  if (!size) return expected_number(fields[3].offset, fields[3].text);
  entry.size = *size;
  if (entry.size != 0 && entry.type != TarType::kFile) {
    return fault(fields[3].offset,
                 fmt::format("size '{}': expected 0 for a {}", entry.size, type_name(entry.type)));
  }
  return {};
}

PlanLineFault parse_plan_summary(const std::vector<PlanField>& fields, PlanSummary& summary) {
  const std::array<std::pair<std::string_view, uint64_t*>, 6> numbers = {{
      {"files=", &summary.files},
      {"bytes=", &summary.stored_bytes},
      {"symlinks=", &summary.symlinks},
      {"hardlinks=", &summary.hardlinks},
      {"bytes_linked=", &summary.linked_bytes},
      {"bytes_repeated=", &summary.repeated_bytes},
  }};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const PlanField& field = fields[i + 1];
    const auto& [key, number] = numbers[i];
    if (!field.text.starts_with(key)) {
      return fault(field.offset, fmt::format("'{}': expected '{}'", field.text, key));
    }
    const std::optional<uint64_t> value = parse_decimal<uint64_t>(field.text.substr(key.size()));
    if (!value) return expected_number(field.offset, field.text.substr(key.size()));
    *number = *value;
  }
  return {};
}

}  // namespace layer
