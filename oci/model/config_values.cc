// Parses the values of the config options; each message says what was expected.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

#include "layer/base/accounts.h"
#include "layer/base/ascii.h"
#include "layer/base/utf8.h"
#include "oci/model/clean_path.h"
#include "oci/model/config_changes.h"
#include "oci/model/rfc3339.h"

namespace oci {
namespace {

constexpr unsigned kMaxPort = 65535;

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), layer::is_digit);
}

// The texts of a JSON array.
std::vector<std::string> parse_texts(std::string_view text) {
  const std::string name = fmt::format("'{}'", text);
  const Json array = parse_json(text, name);
  std::vector<std::string> texts;
  for (const JsonField& item : JsonField(array, name).items()) {
    check_text(item.text());
    texts.push_back(item.text());
  }
  return texts;
}

KeyValue pair_of_array(std::string_view text, std::string_view what) {
  std::vector<std::string> texts = parse_texts(text);
  if (texts.size() != 2 || texts.front().empty()) {
    throw layer::Error(fmt::format("'{}' is not {}: expected [\"KEY\", \"VALUE\"]", text, what));
  }
  return {std::move(texts[0]), std::move(texts[1])};
}

KeyValue split_pair(std::string_view text, std::string_view what) {
  if (text.starts_with('[')) return pair_of_array(text, what);
  check_text(text);
  const size_t equals = text.find('=');
  if (equals == text.npos || equals == 0) {
    throw layer::Error(fmt::format("'{}' is not {}: expected KEY=VALUE", text, what));
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

std::optional<unsigned> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (port == 0 || port > kMaxPort) return std::nullopt;
  return port;
}

bool is_space_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == 0x7f;
}

// What engines take for a number has to be one: layer/base/accounts.h.
void check_id(std::string_view text, std::string_view whole) {
  if (text.empty() || text.find(':') != text.npos ||
      std::any_of(text.begin(), text.end(), is_space_or_control)) {
    throw layer::Error(fmt::format("'{}' is not a user: expected USER[:GROUP]", whole));
  }
  const bool is_signed = text.front() == '-' || text.front() == '+';
  if (is_signed && is_number(text.substr(1))) {
    throw layer::Error(
        fmt::format("'{}' is not a user: expected USER[:GROUP], and numbers without "
                    "a sign",
                    whole));
  }
  if (!is_number(text)) return;
  const std::optional<int64_t> id = layer::engine_number(text);
  if (!id || *id > layer::kMaxAccountId) {
    throw layer::Error(
        fmt::format("'{}' is not a user: {} is more than {}", whole, text, layer::kMaxAccountId));
  }
}

std::optional<std::string> format_seconds(std::string_view text) {
  constexpr std::time_t kYear10000 = 253'402'300'800;
  std::time_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  std::tm date{};
  if (seconds < 0 || seconds >= kYear10000 || ::gmtime_r(&seconds, &date) == nullptr) {
    return std::nullopt;
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", date.tm_year + 1900, date.tm_mon + 1,
                     date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec);
}

}  // namespace

void check_text(std::string_view text) {
  if (text.find('\0') != text.npos) throw layer::Error("a NUL character cannot be written");
  if (layer::is_utf8(text)) return;
  throw layer::Error(fmt::format("'{}' is not UTF-8", layer::with_escaped_bytes(text)))
      .with_help("if it is Latin-1, `iconv -f latin1 -t utf-8` converts it");
}

KeyValue parse_env(std::string_view text) {
  return split_pair(text, "an environment variable");
}
KeyValue parse_label(std::string_view text) {
  return split_pair(text, "a label");
}
KeyValue parse_annotation(std::string_view text) {
  return split_pair(text, "an annotation");
}

std::set<std::string> parse_ports(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view protocol = slash == text.npos ? "tcp" : text.substr(slash + 1);
  const std::string_view range = text.substr(0, slash);
  const size_t dash = range.find('-');
  const std::optional<unsigned> first = parse_port(range.substr(0, dash));
  const std::optional<unsigned> last =
      dash == range.npos ? first : parse_port(range.substr(dash + 1));
  const bool known = protocol == "tcp" || protocol == "udp" || protocol == "sctp";
  if (!first || !last || *first > *last || !known) {
    throw layer::Error(
        fmt::format("'{}' is not a port: expected PORT[-PORT][/tcp|udp|sctp]", text));
  }
  std::set<std::string> ports;
  for (unsigned port = *first; port <= *last; ++port) {
    ports.insert(fmt::format("{}/{}", port, protocol));
  }
  return ports;
}

std::string parse_volume(std::string_view text) {
  check_text(text);
  const std::optional<std::string> clean = clean_path(text);
  if (!text.starts_with('/') || !clean) {
    throw layer::Error(fmt::format("'{}' is not a volume: expected an absolute path", text));
  }
  return '/' + *clean;
}

std::string parse_user(std::string_view text) {
  check_text(text);
  const size_t colon = text.find(':');
  check_id(text.substr(0, colon), text);
  if (colon != text.npos) check_id(text.substr(colon + 1), text);
  return std::string(text);
}

std::string parse_working_dir(std::string_view text) {
  check_text(text);
  if (text.empty()) throw layer::Error("'' is not a directory: expected a path");
  return std::string(text);
}

std::string parse_created(std::string_view text) {
  if (is_rfc3339(text)) return std::string(text);
  if (const std::optional<std::string> time = format_seconds(text)) return *time;
  throw layer::Error(fmt::format(
      "'{}' is not a time: expected RFC 3339, such as {}, or seconds since 1970", text, kEpoch));
}

Arguments parse_arguments(const std::vector<std::string>& values) {
  if (values.size() == 1 && values.front().empty()) return {};
  Arguments arguments;
  for (const std::string& value : values) {
    if (!value.starts_with('[')) {
      check_text(value);
      arguments.push_back(value);
      continue;
    }
    const Arguments more = parse_texts(value);
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return arguments;
}

}  // namespace oci
