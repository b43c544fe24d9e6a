// Parses the signals that engines know, by name and by number.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "layer/base/nearest_names.h"
#include "oci/model/config_changes.h"

namespace oci {
namespace {

constexpr int kLastSignal = 64;  // SIGRTMAX of Linux

// signal(7), and CLD of System V; RTMIN+N and RTMAX-N apart.
constexpr std::array<std::string_view, 36> kSignalNames{
    "ABRT",  "ALRM",  "BUS",  "CHLD",   "CLD",  "CONT",   "FPE",   "HUP",  "ILL",
    "INT",   "IO",    "IOT",  "KILL",   "PIPE", "POLL",   "PROF",  "PWR",  "QUIT",
    "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS",    "TERM",  "TRAP", "TSTP",
    "TTIN",  "TTOU",  "URG",  "USR1",   "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ"};

// From 1 to `most`, without leading zeros or a sign.
bool is_number_up_to(std::string_view text, int most) {
  int number = 0;
  if (text.empty() || text.front() < '1' || text.front() > '9') return false;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number <= most;
}

// moby's sys/signal, which Docker and containerd share: RTMIN+1 to +15, RTMAX-1 to -14.
bool is_signal_name(std::string_view name) {
  if (name.starts_with("RTMIN+")) return is_number_up_to(name.substr(6), 15);
  if (name.starts_with("RTMAX-")) return is_number_up_to(name.substr(6), 14);
  return std::ranges::find(kSignalNames, name) != kSignalNames.end();
}

}  // namespace

std::string parse_stop_signal(std::string_view text) {
  if (is_number_up_to(text, kLastSignal)) return std::string(text);
  std::string name(text);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const std::string_view short_name =
      name.starts_with("SIG") ? std::string_view(name).substr(3) : std::string_view(name);
  if (is_signal_name(short_name)) return name;
  const std::vector<std::string_view> near =
      layer::nearest_names(short_name, {kSignalNames.begin(), kSignalNames.end()}, 1);
  throw layer::Error(fmt::format(
      "'{}' is not a signal: expected a name such as SIGTERM, or a number from 1 to {}{}", text,
      kLastSignal,
      near.empty() ? std::string() : fmt::format("; did you mean 'SIG{}'?", near.front())));
}

}  // namespace oci
