// Sets of bits, as linux/capability.h lays them out in struct vfs_cap_data.
#include "layer/base/capability.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "layer/base/error.h"

namespace layer {
namespace {

// By number, as linux/capability.h defines them.
constexpr std::array<std::string_view, 41> kCapabilityNames{"cap_chown",
                                                            "cap_dac_override",
                                                            "cap_dac_read_search",
                                                            "cap_fowner",
                                                            "cap_fsetid",
                                                            "cap_kill",
                                                            "cap_setgid",
                                                            "cap_setuid",
                                                            "cap_setpcap",
                                                            "cap_linux_immutable",
                                                            "cap_net_bind_service",
                                                            "cap_net_broadcast",
                                                            "cap_net_admin",
                                                            "cap_net_raw",
                                                            "cap_ipc_lock",
                                                            "cap_ipc_owner",
                                                            "cap_sys_module",
                                                            "cap_sys_rawio",
                                                            "cap_sys_chroot",
                                                            "cap_sys_ptrace",
                                                            "cap_sys_pacct",
                                                            "cap_sys_admin",
                                                            "cap_sys_boot",
                                                            "cap_sys_nice",
                                                            "cap_sys_resource",
                                                            "cap_sys_time",
                                                            "cap_sys_tty_config",
                                                            "cap_mknod",
                                                            "cap_lease",
                                                            "cap_audit_write",
                                                            "cap_audit_control",
                                                            "cap_setfcap",
                                                            "cap_mac_override",
                                                            "cap_mac_admin",
                                                            "cap_syslog",
                                                            "cap_wake_alarm",
                                                            "cap_block_suspend",
                                                            "cap_audit_read",
                                                            "cap_perfmon",
                                                            "cap_bpf",
                                                            "cap_checkpoint_restore"};
constexpr uint64_t kAllCapabilities = (uint64_t{1} << kCapabilityNames.size()) - 1;
constexpr size_t kMaxCapabilities = 64;

struct CapabilitySets {
  uint64_t permitted = 0;
  uint64_t inheritable = 0;
  uint64_t effective = 0;
};

void put_little_endian(uint32_t number, std::string& out) {
  for (int i = 0; i < 4; ++i, number >>= 8U) out += static_cast<char>(number & 0xffU);
}

uint32_t little_endian(std::string_view bytes, size_t word) {
  uint32_t number = 0;
  for (size_t i = 4; i-- > 0;) {
    number = number << 8U | static_cast<uint8_t>(bytes[4 * word + i]);
  }
  return number;
}

// Words of `sets`: flags, then permitted and inheritable, low halves first.
std::string capability_bytes(const CapabilitySets& sets) {
  std::string bytes;
  put_little_endian(VFS_CAP_REVISION_2 | (sets.effective != 0 ? VFS_CAP_FLAGS_EFFECTIVE : 0),
                    bytes);
  for (const unsigned shift : {0U, 32U}) {
    put_little_endian(static_cast<uint32_t>(sets.permitted >> shift), bytes);
    put_little_endian(static_cast<uint32_t>(sets.inheritable >> shift), bytes);
  }
  return bytes;
}

std::optional<CapabilitySets> sets_of(std::string_view value) {
  if (value.size() < XATTR_CAPS_SZ_1) return std::nullopt;
  const uint32_t magic = little_endian(value, 0);
  const uint32_t revision = magic & VFS_CAP_REVISION_MASK;
  const bool is_first = revision == VFS_CAP_REVISION_1 && value.size() == XATTR_CAPS_SZ_1;
  const bool is_second = revision == VFS_CAP_REVISION_2 && value.size() == XATTR_CAPS_SZ_2;
  const bool is_third = revision == VFS_CAP_REVISION_3 && value.size() == XATTR_CAPS_SZ_3;
  if (!is_first && !is_second && !is_third) return std::nullopt;
  CapabilitySets sets;
  sets.permitted = little_endian(value, 1);
  sets.inheritable = little_endian(value, 2);
  if (!is_first) {
    sets.permitted |= uint64_t{little_endian(value, 3)} << 32U;
    sets.inheritable |= uint64_t{little_endian(value, 4)} << 32U;
  }
  if ((magic & VFS_CAP_FLAGS_EFFECTIVE) != 0) sets.effective = sets.permitted | sets.inheritable;
  return sets;
}

[[noreturn]] void refuse_capability(std::string_view text, const std::string& why) {
  throw Error(fmt::format("capabilities '{}': {}", text, why))
      .with_help(
          "for example cap_net_bind_service+ep; setcap(8) and cap_from_text(3) describe the form");
}

uint64_t bits_of_name(std::string_view name, std::string_view text) {
  std::string small(name);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 'a' - 'A') : c; });
  if (small == "all") return kAllCapabilities;
  const auto* known = std::ranges::find(kCapabilityNames, small);
  if (known != kCapabilityNames.end()) return uint64_t{1} << (known - kCapabilityNames.begin());
  size_t number = 0;
  const char* const end = small.data() + small.size();
  const auto [stop, fault] = std::from_chars(small.data(), end, number);
  if (!small.empty() && fault == std::errc() && stop == end && number < kMaxCapabilities) {
    return uint64_t{1} << number;
  }
  refuse_capability(text, fmt::format("'{}' is not a capability", name));
}

// Applies one clause: names, then actions.
class CapabilityClause {
 public:
  CapabilityClause(std::string_view clause, std::string_view text, CapabilitySets& sets)
      : rest_(clause), text_(text), sets_(sets) {}

  void apply() {
    const size_t names = std::min(rest_.find_first_of("=+-"), rest_.size());
    const std::string_view listed = rest_.substr(0, names);
    rest_.remove_prefix(names);
    if (rest_.empty()) {
      refuse_capability(text_, fmt::format("expected '=', '+' or '-' after '{}'", listed));
    }
    if (listed.empty() && rest_.front() != '=') {
      refuse_capability(text_, fmt::format("'{}' has no capability before it", rest_.front()));
    }
    bits_ = listed.empty() ? kAllCapabilities : 0;
    for (size_t begin = 0; !listed.empty() && begin <= listed.size();) {
      const size_t end = std::min(listed.find(',', begin), listed.size());
      bits_ |= bits_of_name(listed.substr(begin, end - begin), text_);
      begin = end + 1;
    }
    while (!rest_.empty()) apply_action();
  }

 private:
  void apply_action() {
    const char action = rest_.front();
    const size_t flags = std::min(rest_.find_first_not_of("eip", 1), rest_.size());
    const std::string_view named = rest_.substr(1, flags - 1);
    rest_.remove_prefix(flags);
    if (std::string_view("=+-").find(action) == std::string_view::npos) {
      refuse_capability(text_, fmt::format("'{}' is not a flag: expected e, i or p", action));
    }
    if (named.empty() && action != '=') {
      refuse_capability(text_, fmt::format("'{}' has no flag after it", action));
    }
    const std::array<std::pair<char, uint64_t*>, 3> all{
        {{'e', &sets_.effective}, {'i', &sets_.inheritable}, {'p', &sets_.permitted}}};
    for (const auto& [flag, set] : all) {
      const bool is_named = named.find(flag) != std::string_view::npos;
      if (action == '=' || (action == '-' && is_named)) *set &= ~bits_;
      if (action != '-' && is_named) *set |= bits_;
    }
  }

  std::string_view rest_;
  const std::string_view text_;
  CapabilitySets& sets_;
  uint64_t bits_ = 0;
};

}  // namespace

std::string parse_capability(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  CapabilitySets sets;
  bool has_clause = false;
  for (size_t at = text.find_first_not_of(kSpace); at < text.size();) {
    const size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    CapabilityClause(text.substr(at, end - at), text, sets).apply();
    has_clause = true;
    at = std::min(text.find_first_not_of(kSpace, end), text.size());
  }
  if (!has_clause) refuse_capability(text, "expected at least one clause");
  if (sets.effective != 0 && sets.effective != (sets.permitted | sets.inheritable)) {
    refuse_capability(text, "the flag 'e' must be set for all capabilities of a file or for none");
  }
  return capability_bytes(sets);
}

std::string capability_of_layer(std::string_view value) {
  const std::optional<CapabilitySets> sets = sets_of(value);
  return sets ? capability_bytes(*sets) : std::string(value);
}

std::string capability_text(std::string_view value) {
  const std::optional<CapabilitySets> sets = sets_of(value);
  if (!sets) return fmt::format("{} bytes in an unknown form", value.size());
  std::vector<std::pair<std::string, std::string>>
      clauses;  // flags and names, in order of the first
  for (size_t i = 0; i < kMaxCapabilities; ++i) {
    const auto has = [i](uint64_t set) { return (set >> i & 1U) != 0; };
    std::string flags;
    if (has(sets->effective)) flags += 'e';
    if (has(sets->inheritable)) flags += 'i';
    if (has(sets->permitted)) flags += 'p';
    if (flags.empty()) continue;
    const std::string name =
        i < kCapabilityNames.size() ? std::string(kCapabilityNames[i]) : std::to_string(i);
    const auto clause = std::ranges::find(clauses, flags, &decltype(clauses)::value_type::first);
    if (clause == clauses.end()) {
      clauses.emplace_back(flags, name);
    } else {
      clause->second += ',' + name;
    }
  }
  if (clauses.empty()) return "=";
  std::string text;
  for (const auto& [flags, names] : clauses) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", names, flags);
  }
  return text;
}

}  // namespace layer
