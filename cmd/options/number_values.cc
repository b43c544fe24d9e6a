// Parses numbers by std::from_chars, which takes all of a text or none of it.
#include "cmd/options/number_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace cmd {
namespace {

template <typename Number>
bool parse_whole(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [at, fault] = std::from_chars(text.data(), end, number);
  return fault == std::errc() && at == end;
}

// Digits, then perhaps a unit, which CLI11 knows.
bool has_form_of_size(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits > 0 && text.substr(digits).find_first_of("0123456789.-+") == text.npos;
}

// False if the unit is none, or the number too large.
bool convert_size(const CLI::AsSizeValue& units, std::string& value) {
  try {
    return units(value).empty();
  } catch (const CLI::ValidationError&) {
    return false;
  }
}

}  // namespace

CLI::Validator size_in_bytes(const CLI::AsSizeValue& units, uint64_t least) {
  return {[units, least](std::string& value) {
            const std::string given = value;
            uint64_t bytes = 0;
            const bool is_size = has_form_of_size(given);
            if (!is_size || !convert_size(units, value) || !parse_whole(value, bytes)) {
              return fmt::format("'{}': expected a size in bytes, or with a unit such as MiB",
                                 given);
            }
            if (bytes < least) {
              return fmt::format("'{}': expected a size of at least {} byte{}", given, least,
                                 least == 1 ? "" : "s");
            }
            value = std::to_string(bytes);  // "010" would be 8
            return std::string();
          },
          std::string()};
}

CLI::Validator number_from_to(uint64_t least, uint64_t most) {
  return {[least, most](std::string& value) {
            uint64_t number = 0;
            if (parse_whole(value, number) && number >= least && number <= most) {
              value = std::to_string(number);  // "010" would be 8
              return std::string();
            }
            return fmt::format("'{}' is not a number from {} to {}", value, least, most);
          },
          std::string()};
}

CLI::Validator days_up_to(unsigned most) {
  return {[most](std::string& value) {
            double days = -1;
            if (parse_whole(value, days) && days >= 0 && days <= most) return std::string();
            return fmt::format("'{}': expected a number of days from 0 to {}", value, most);
          },
          std::string()};
}

}  // namespace cmd
