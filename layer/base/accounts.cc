// Splits at line ends and colons.
#include "layer/base/accounts.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace layer {

std::vector<AccountFields> account_lines(std::string_view text, size_t least_fields) {
  std::vector<AccountFields> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    AccountFields fields;
    for (size_t colon = 0; colon != std::string_view::npos;) {
      colon = line.find(':');
      fields.push_back(line.substr(0, colon));
      line.remove_prefix(colon == std::string_view::npos ? line.size() : colon + 1);
    }
    if (fields.size() >= least_fields) lines.push_back(std::move(fields));
  }
  return lines;
}

std::optional<uint32_t> account_number(std::string_view text) {
  uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> account_names(const std::vector<AccountFields>& lines) {
  std::vector<std::string_view> names;
  names.reserve(lines.size());
  for (const AccountFields& line : lines) names.push_back(line.front());
  return names;
}

}  // namespace layer
