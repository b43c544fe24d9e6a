// Parses mtree keywords as libarchive's mtree reader does, but with every character of a value
// counted.
#include "layer/read/mtree_keywords.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "layer/base/file_metadata.h"
#include "layer/read/mtree_lines.h"

namespace layer {
namespace {

constexpr std::string_view kFlags[] = {"ignore", "nochange", "optional"};
constexpr std::string_view kMeaningless[] = {"device", "flags",     "gname", "inode",
                                             "nlink",  "resdevice", "tags",  "uname"};

bool is_among(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// The whole of `text` as a number; false when it is none or does not fit.
template <typename Number>
bool parse_number(std::string_view text, int base, Number& number) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, base);
  return result.ec == std::errc() && result.ptr == end;
}

std::string set_type(std::string_view value, std::optional<MtreeType>& type) {
  if (value == "file") {
    type = MtreeType::kFile;
  } else if (value == "dir") {
    type = MtreeType::kDirectory;
  } else if (value == "link") {
    type = MtreeType::kLink;
  } else {
    return fmt::format("unknown type '{}': expected 'file', 'dir' or 'link'", value);
  }
  return {};
}

std::string set_mode(std::string_view value, std::optional<uint32_t>& mode) {
  uint32_t bits = 0;
  constexpr uint32_t kMostBits = 0177777;  // with those of the type
  if (!parse_number(value, 8, bits) || bits > kMostBits) {
    return fmt::format("mode '{}': expected an octal number up to 177777", value);
  }
  mode = bits & 07777U;  // bsdtar too drops the type that "0100644" begins with
  return {};
}

std::string set_id(std::string_view keyword, std::string_view value, std::optional<uint32_t>& id) {
  uint32_t number = 0;
  if (!parse_number(value, 10, number) || !is_valid_owner(number)) {
    return fmt::format("{} '{}': expected a number below 2^32-1", keyword, value);
  }
  id = number;
  return {};
}

// "1672560000" or "1672560000.0"; what a layer holds is whole seconds.
std::string set_time(std::string_view value, std::optional<int64_t>& time) {
  const size_t point = value.find('.');
  int64_t seconds = 0;
  uint64_t fraction = 0;
  const bool has_fraction = point != std::string_view::npos;
  if (!parse_number(value.substr(0, point), 10, seconds) ||
      (has_fraction && !parse_number(value.substr(point + 1), 10, fraction))) {
    return fmt::format("time '{}': expected seconds since the epoch", value);
  }
  if (!is_valid_time(seconds)) {
    return fmt::format("time '{}': no system can hold such a time", value);
  }
  time = seconds;
  return {};
}

std::string set_size(std::string_view value, std::optional<uint64_t>& size) {
  uint64_t bytes = 0;
  if (!parse_number(value, 10, bytes)) {
    return fmt::format("size '{}': expected a number of bytes", value);
  }
  size = bytes;
  return {};
}

std::string set_text(std::string_view keyword, std::string_view value,
                     std::optional<std::string_view>& text, StringArena& arena) {
  const std::string_view plain = unescape_mtree(value, arena);
  if (plain.find('\0') != std::string_view::npos) {
    return fmt::format("{} '{}' holds a NUL byte", keyword, value);
  }
  text = plain;
  return {};
}

}  // namespace

std::string MtreeKeywords::set(std::string_view word, StringArena& arena) {
  if (is_among(word, kFlags)) {
    if (word == "optional") is_optional = true;
    return {};
  }
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) {
    return fmt::format("'{}' has no value: expected KEYWORD=VALUE", word);
  }
  const std::string_view keyword = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (keyword == "type") return set_type(value, type);
  if (keyword == "mode") return set_mode(value, attributes.mode);
  if (keyword == "uid") return set_id(keyword, value, attributes.uid);
  if (keyword == "gid") return set_id(keyword, value, attributes.gid);
  if (keyword == "time") return set_time(value, attributes.mtime);
  if (keyword == "link") return set_text(keyword, value, link, arena);
  if (keyword == "content" || keyword == "contents") {
    return set_text(keyword, value, content, arena);
  }
  if (keyword == "size") return set_size(value, stated.size);
  if (is_digest_keyword(keyword)) {
    stated.add({keyword, value});
    return {};
  }
  if (is_among(keyword, kMeaningless)) return {};
  return fmt::format("unknown keyword '{}'", keyword);
}

void MtreeKeywords::unset(std::string_view keyword) {
  const bool is_all = keyword == "all";
  if (is_all || keyword == "type") type.reset();
  if (is_all || keyword == "mode") attributes.mode.reset();
  if (is_all || keyword == "uid") attributes.uid.reset();
  if (is_all || keyword == "gid") attributes.gid.reset();
  if (is_all || keyword == "time") attributes.mtime.reset();
  if (is_all || keyword == "link") link.reset();
  if (is_all || keyword == "content" || keyword == "contents") content.reset();
  if (is_all || keyword == "size") stated.size.reset();
  if (is_all) stated.digests.clear();
  if (is_digest_keyword(keyword)) stated.forget(keyword);
  if (is_all || keyword == "optional") is_optional = false;
}

void MtreeKeywords::merge(const MtreeKeywords& later) {
  if (later.type) type = later.type;
  if (later.content) content = later.content;
  if (later.link) link = later.link;
  if (later.attributes.mode) attributes.mode = later.attributes.mode;
  if (later.attributes.uid) attributes.uid = later.attributes.uid;
  if (later.attributes.gid) attributes.gid = later.attributes.gid;
  if (later.attributes.mtime) attributes.mtime = later.attributes.mtime;
  if (later.stated.size) stated.size = later.stated.size;
  for (const StatedDigest& digest : later.stated.digests) stated.add(digest);
  is_optional = is_optional || later.is_optional;
}

}  // namespace layer
