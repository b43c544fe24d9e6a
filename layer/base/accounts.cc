// Splits at line ends and colons.
#include "layer/base/accounts.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace layer {
namespace {

std::string_view without_spaces(std::string_view line) {
  constexpr std::string_view kSpaces = " \t\n\v\f\r";
  const size_t first = line.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpaces) + 1 - first);
}

// What Go's strconv.Atoi() returns beside its error, which engines ignore in these files.
int64_t number_of_field(std::string_view text) {
  if (const std::optional<int64_t> number = engine_number(text)) return *number;
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::string_view digits = text.substr(sign);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  return text.front() == '-' ? std::numeric_limits<int64_t>::min()
                             : std::numeric_limits<int64_t>::max();
}

}  // namespace

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

std::optional<int64_t> engine_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<EngineAccount> engine_accounts(std::string_view text, AccountsOf file) {
  std::vector<EngineAccount> accounts;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_spaces(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || (file == AccountsOf::kGroup && line.front() == '#')) continue;
    const AccountFields fields = account_lines(line, 1).front();
    EngineAccount account;
    account.name = fields[0];
    if (fields.size() > 2) account.id = number_of_field(fields[2]);
    if (fields.size() > 3 && file == AccountsOf::kPasswd) account.gid = number_of_field(fields[3]);
    if (fields.size() > 3 && file == AccountsOf::kGroup) account.members = fields[3];
    accounts.push_back(account);
  }
  return accounts;
}

EngineUser split_engine_user(std::string_view text) {
  EngineUser split;
  const size_t colon = text.find(':');
  split.user = text.substr(0, colon);
  if (colon == std::string_view::npos) return split;
  split.names_group = true;
  const std::string_view behind = text.substr(colon + 1);
  const size_t surplus = behind.find(':');
  split.group = behind.substr(0, surplus);
  split.has_surplus = surplus != std::string_view::npos;
  return split;
}

bool is_numeric_user(std::string_view text) {
  const EngineUser split = split_engine_user(text);
  const auto is_taken = [](std::string_view part) {
    const std::optional<int64_t> number = engine_number(part);
    return number && *number >= 0 && *number <= kMaxAccountId;
  };
  // With an empty group engines differ unless the user is root.
  if (split.has_surplus || (split.names_group && split.group.empty() && !split.user.empty())) {
    return false;
  }
  return (split.user.empty() || is_taken(split.user)) &&
         (split.group.empty() || is_taken(split.group));
}

std::vector<std::string_view> account_names(const std::vector<AccountFields>& lines) {
  std::vector<std::string_view> names;
  names.reserve(lines.size());
  for (const AccountFields& line : lines) names.push_back(line.front());
  return names;
}

}  // namespace layer
