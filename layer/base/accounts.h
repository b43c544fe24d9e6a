// Reads the lines of passwd(5) and group(5), and names in the form USER[:GROUP].
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace layer {

// Of a longer file not all is known.
inline constexpr size_t kLongestAccounts = size_t{64} << 10;

// A line, split at its colons: name, password, number, and for a user the number of its group.
using AccountFields = std::vector<std::string_view>;

// The lines that have at least so many fields.
std::vector<AccountFields> account_lines(std::string_view text, size_t least_fields);

// The decimal number that the text is; no value if it is a name.
std::optional<uint32_t> account_number(std::string_view text);

// The names of the accounts, for a message.
std::vector<std::string_view> account_names(const std::vector<AccountFields>& lines);

}  // namespace layer
