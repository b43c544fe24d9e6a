// Takes record after record, and numbers as Go's strconv takes them.
#include "oci/tar/pax_records.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"

namespace oci {
namespace {

constexpr std::string_view kSparseOffset = "GNU.sparse.offset";
constexpr std::string_view kSparseSize = "GNU.sparse.numbytes";
constexpr int64_t kShortestRecord = 5;  // "5 a=\n", which Go counts so

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes one record off the content.
std::pair<std::string_view, std::string_view> take_record(std::string_view& content,
                                                          const std::string& layer) {
  const auto refuse = [&]() -> std::pair<std::string_view, std::string_view> {
    throw layer::Error({layer}, fmt::format("a pax header has a record that is malformed: '{}'",
                                            layer::shown_path(content.substr(0, 64))));
  };
  const size_t space = content.find(' ');
  if (space == content.npos) return refuse();
  const std::optional<int64_t> length = pax_number(content.substr(0, space));
  if (!length || *length < kShortestRecord) return refuse();
  const auto size = static_cast<uint64_t>(*length);
  if (size > content.size() || size <= space + 1 || content[size - 1] != '\n') return refuse();
  const std::string_view record = content.substr(space + 1, size - space - 2);
  const size_t equals = record.find('=');
  if (equals == record.npos || equals == 0) return refuse();
  const std::string_view key = record.substr(0, equals);
  const std::string_view value = record.substr(equals + 1);
  const bool is_text = key == "path" || key == "linkpath" || key == "uname" || key == "gname";
  if (is_text && value.find('\0') != value.npos) {
    throw layer::Error({layer}, fmt::format("a pax header states a '{}' with a NUL byte", key));
  }
  if (key.find('\0') != key.npos) return refuse();
  content.remove_prefix(size);
  return {key, value};
}

}  // namespace

PaxRecords read_pax_records(std::string_view content, const std::string& layer) {
  PaxRecords records;
  std::string map;  // of GNU tar's sparse format 0.0
  bool has_offset = false;
  while (!content.empty()) {
    const auto [key, value] = take_record(content, layer);
    if (key != kSparseOffset && key != kSparseSize) {
      records.insert_or_assign(std::string(key), value);
      continue;
    }
    if ((key == kSparseSize) != has_offset || value.find(',') != value.npos) {
      throw layer::Error({layer}, fmt::format("a pax header has a '{}' out of order", key));
    }
    has_offset = !has_offset;
    if (!map.empty()) map += ',';
    map += value;
  }
  if (!map.empty()) records.insert_or_assign("GNU.sparse.map", map);
  return records;
}

std::string_view pax_value(const PaxRecords& records, std::string_view key) {
  const auto found = records.find(key);
  return found == records.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<int64_t> pax_number(std::string_view value) {
  const bool has_plus = value.starts_with('+');
  if (has_plus) value.remove_prefix(1);
  if (has_plus && value.starts_with('-')) return std::nullopt;
  int64_t number = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (fault != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<layer::TocTime> pax_time(std::string_view value) {
  const size_t point = std::min(value.find('.'), value.size());
  const std::optional<int64_t> seconds = pax_number(value.substr(0, point));
  if (!seconds) return std::nullopt;
  layer::TocTime time{*seconds};
  const std::string_view fraction = value.substr(std::min(point + 1, value.size()));
  if (!std::ranges::all_of(fraction, is_digit)) return std::nullopt;
  std::string digits(fraction.substr(0, 9));
  digits.resize(9, '0');
  time.nanoseconds = static_cast<uint32_t>(pax_number(digits).value_or(0));
  if (!value.starts_with('-') || time.nanoseconds == 0) return time;
  if (time.seconds == INT64_MIN) return std::nullopt;
  return layer::TocTime{time.seconds - 1, 1'000'000'000 - time.nanoseconds};
}

}  // namespace oci
