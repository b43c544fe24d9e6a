// Parses decimal numbers of veneer's own text forms, in which each number has one spelling.
#pragma once

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace layer {

// Parses a decimal number spelled as fmt prints it: no '+', no leading zero. No value if the text
// is anything else, or if the number does not fit.
template <typename Number>
std::optional<Number> parse_decimal(std::string_view text) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (fmt::format("{}", number) != text) return std::nullopt;
  return number;
}

}  // namespace layer
