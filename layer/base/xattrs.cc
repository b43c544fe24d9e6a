// Reads attributes with listxattr and getxattr; turns them into text and back.
#include "layer/base/xattrs.h"

#include <fmt/core.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <stdexcept>
#include <utility>

#include "layer/base/capability.h"
#include "layer/base/error.h"

namespace layer {
namespace {

constexpr std::string_view kItemStart = "xattr.";
constexpr std::string_view kUserPrefix = "user.";
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-:@+/").find(c) != std::string_view::npos;
}

void append_hex_byte(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 15U];
}

// The byte that two digits at `at` stand for.
std::optional<char> hex_byte(std::string_view text, size_t at) {
  if (at + 2 > text.size()) return std::nullopt;
  const size_t high = kHexDigits.find(text[at]);
  const size_t low = kHexDigits.find(text[at + 1]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<char>(high << 4U | low);
}

std::optional<Xattr> parse_xattr(std::string_view item) {
  Xattr xattr;
  if (!item.starts_with(kItemStart)) return std::nullopt;
  size_t at = kItemStart.size();
  for (; at < item.size() && item[at] != '='; ++at) {
    if (item[at] != '%') {
      xattr.name += item[at];
      continue;
    }
    const std::optional<char> byte = hex_byte(item, at + 1);
    if (!byte) return std::nullopt;
    xattr.name += *byte;
    at += 2;
  }
  if (at >= item.size() || xattr.name.empty()) return std::nullopt;
  for (++at; at < item.size(); at += 2) {
    const std::optional<char> byte = hex_byte(item, at);
    if (!byte) return std::nullopt;
    xattr.value += *byte;
  }
  return xattr;
}

// What a call that fills a buffer gives; nothing if `absent` says that there is nothing to give.
template <typename Fill, typename Absent>
std::optional<std::string> fill_text(const std::string& path, Fill fill, Absent is_absent) {
  std::array<char, 256> small;  // enough for nearly every file, in one call
  ssize_t size = fill(small.data(), small.size());
  if (size >= 0) return std::string(small.data(), static_cast<size_t>(size));
  while (errno == ERANGE) {
    size = fill(nullptr, 0);
    if (size < 0) break;
    std::string text(static_cast<size_t>(size), '\0');
    size = fill(text.data(), text.size());
    if (size < 0) continue;  // it grew
    text.resize(static_cast<size_t>(size));
    return text;
  }
  if (is_absent(errno)) return std::nullopt;
  throw system_error(path, "cannot read its extended attributes", errno);
}

std::optional<std::string> read_value(const std::string& path, const std::string& name) {
  return fill_text(
      path, [&](char* out, size_t size) { return getxattr(path.c_str(), name.c_str(), out, size); },
      [](int fault) { return fault == ENODATA; });
}

}  // namespace

bool is_kept_xattr(std::string_view name) {
  return name == kCapabilityXattr || name.starts_with(kUserPrefix);
}

std::string xattrs_to_text(std::vector<Xattr> xattrs) {
  std::ranges::sort(xattrs, std::less(), &Xattr::name);
  std::string text;
  for (const Xattr& xattr : xattrs) {
    if (!text.empty()) text += ',';
    text += kItemStart;
    for (const char c : xattr.name) {
      if (is_plain(c)) {
        text += c;
      } else {
        text += '%';
        append_hex_byte(c, text);
      }
    }
    text += '=';
    for (const char c : xattr.value) append_hex_byte(c, text);
  }
  return text;
}

std::optional<std::vector<Xattr>> parse_xattrs(std::string_view text) {
  std::vector<Xattr> xattrs;
  if (text.empty()) return xattrs;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::optional<Xattr> xattr = parse_xattr(text.substr(begin, end - begin));
    if (!xattr || (!xattrs.empty() && xattr->name <= xattrs.back().name)) return std::nullopt;
    xattrs.push_back(std::move(*xattr));
    begin = end + 1;
  }
  if (xattrs_to_text(xattrs) != text) return std::nullopt;
  return xattrs;
}

std::vector<Xattr> xattrs_of_text(std::string_view text) {
  std::optional<std::vector<Xattr>> xattrs = parse_xattrs(text);
  if (!xattrs) throw std::logic_error("extended attributes of another form");
  return *std::move(xattrs);
}

std::string read_xattrs(const std::string& path) {
  const std::optional<std::string> names = fill_text(
      path, [&](char* out, size_t size) { return listxattr(path.c_str(), out, size); },
      [](int fault) { return fault == ENOTSUP || fault == ENOSYS; });
  std::vector<Xattr> xattrs;
  for (size_t begin = 0; names && begin < names->size();) {
    Xattr xattr{names->c_str() + begin, {}};
    begin += xattr.name.size() + 1;
    if (!is_kept_xattr(xattr.name)) continue;
    if (xattr.name.find('=') != std::string::npos) {
      throw Error(
          {path},
          fmt::format(
              "has the extended attribute '{}', but a tar cannot hold an attribute name with '='",
              xattr.name));
    }
    std::optional<std::string> value = read_value(path, xattr.name);
    if (!value) continue;  // it has gone meanwhile
    const bool is_capability = xattr.name == kCapabilityXattr;
    xattr.value = is_capability ? capability_of_layer(*value) : std::move(*value);
    xattrs.push_back(std::move(xattr));
  }
  return xattrs_to_text(std::move(xattrs));
}

}  // namespace layer
