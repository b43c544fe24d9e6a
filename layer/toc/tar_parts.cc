// Prints JSON by hand: a table may have a line for each of a million files.
#include "layer/toc/tar_parts.h"

#include <fmt/core.h>

#include <ctime>

#include "layer/base/base64.h"
#include "layer/base/crc64.h"
#include "layer/base/error.h"

namespace layer {
namespace {

void put_time(std::string_view name, const std::optional<TocTime>& when, std::string& text) {
  const std::string time = when && *when != TocTime{} ? toc_time(*when) : std::string();
  if (!time.empty()) text += fmt::format(R"(,"{}":"{}")", name, time);
}

}  // namespace

std::string toc_time(TocTime when) {
  const std::time_t time = when.seconds;
  std::tm parts{};
  if (gmtime_r(&time, &parts) == nullptr) return {};
  const int year = parts.tm_year + 1900;
  if (year < 0 || year > 9999) return {};
  std::string fraction;
  if (when.nanoseconds > 0) {
    fraction = fmt::format(".{:09}", when.nanoseconds);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", year, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, fraction);
}

std::string toc_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  return json + '"';
}

std::string toc_entry_json(const TocEntry& entry) {
  std::string text = fmt::format(R"({{"name":{},"type":"{}")", toc_string(entry.name), entry.type);
  if (entry.size > 0) text += fmt::format(R"(,"size":{})", entry.size);
  put_time("modtime", entry.mtime, text);
  put_time("accesstime", entry.atime, text);
  put_time("changetime", entry.ctime, text);
  if (!entry.link.empty()) text += fmt::format(R"(,"linkName":{})", toc_string(entry.link));
  text += fmt::format(R"(,"mode":{},"uid":{},"gid":{})", entry.mode, entry.uid, entry.gid);
  if (entry.type == "char" || entry.type == "block") {
    text += fmt::format(R"(,"devMajor":{},"devMinor":{})", entry.device_major, entry.device_minor);
  }
  for (const Xattr& xattr : entry.xattrs) {
    text += &xattr == entry.xattrs.data() ? R"(,"xattrs":{)" : ",";
    text += fmt::format(R"({}:"{}")", toc_string(xattr.name),
                        base64_of(std::as_bytes(std::span(xattr.value))));
  }
  if (!entry.xattrs.empty()) text += '}';
  return text;
}

void check_toc_size(uint64_t size) {
  if (size <= kLongestToc) return;
  throw Error(
      fmt::format("the table of contents of a layer has more than {} MiB", kLongestToc >> 20))
      .with_help("readers take no more: make more layers, or take another compression");
}

void hash_parts(std::span<const std::byte> tar, std::span<TarPart> parts) {
  for (TarPart& part : parts) {
    if (part.entry) continue;
    const std::span<const std::byte> content = tar.subspan(part.begin, part.size);
    part.digest = sha256(content);
    part.crc64 = crc64_of(content);
  }
}

WholeFile WholeFileHash::update(std::span<const std::byte> tar, std::span<const TarPart> parts) {
  WholeFile whole;
  for (const TarPart& part : parts) {
    if (!part.is_piece()) continue;
    if (part.file_offset == 0) *this = {};
    const std::span<const std::byte> content = tar.subspan(part.begin, part.size);
    hash_.update(content);
    crc64_ = crc64_of(content, crc64_);
    if (part.ends_file()) whole = {hash_.finish(), crc64_};
  }
  return whole;
}

}  // namespace layer
