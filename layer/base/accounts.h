// Reads the lines of passwd(5) and group(5), and names in the form USER[:GROUP].
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
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

// Users and groups above it are refused by engines, which read a config's user as moby/sys/user and
// containerd's pkg/oci do: CVE-2024-40635.
inline constexpr int64_t kMaxAccountId = std::numeric_limits<int32_t>::max();

// A number as engines take it, by Go's strconv.Atoi(): digits behind a sign or none. Without a value
// it is a name, as what goes beyond 64 bits is.
std::optional<int64_t> engine_number(std::string_view text);

// A line of passwd or group as engines read it: no line is malformed.
struct EngineAccount {
  std::string_view name;
  int64_t id = 0;   // 0 if the field is absent or no number; the largest if it is too large
  int64_t gid = 0;  // likewise; of passwd
  std::string_view members;  // of group: "a,b"
};
enum class AccountsOf : uint8_t { kPasswd, kGroup };
std::vector<EngineAccount> engine_accounts(std::string_view text, AccountsOf file);

// A config's user, USER[:GROUP], taken apart as engines do. Both may be empty.
struct EngineUser {
  std::string_view user;     // empty: root
  std::string_view group;    // empty: the user's own
  bool names_group = false;  // there is a ':'
  bool has_surplus = false;  // there is another one behind the group
};
EngineUser split_engine_user(std::string_view text);

// Whether the user is of numbers alone that engines take, so that accounts change nothing of it.
bool is_numeric_user(std::string_view text);

// The names of the accounts, for a message.
std::vector<std::string_view> account_names(const std::vector<AccountFields>& lines);

}  // namespace layer
