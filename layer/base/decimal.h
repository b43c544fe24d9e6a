// Numbers in veneer's own text forms, where each has one spelling.
#pragma once

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace layer {

// A decimal as fmt prints it: no sign but a '-' that is needed, no leading zero. No value if it is
// none, or too large.
template <typename Number>
std::optional<Number> parse_decimal(std::string_view text) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (fmt::format("{}", number) != text) return std::nullopt;
  return number;
}

}  // namespace layer
