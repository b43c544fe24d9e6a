// Reads --options: "[MODULE:]KEY[=VALUE]" or "[MODULE:]!KEY", separated by commas.
#include "layer/bsdtar/archive_form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace layer {
namespace {

constexpr int kMaxZstdLevel = 19;
constexpr int kMaxGzipLevel = 9;  // of zlib, whose levels bsdtar's users know

struct Option {
  std::string_view module;
  std::string_view key;
  std::string_view value;
};

Option split_options(std::string_view text) {
  Option option;
  if (const size_t colon = text.find(':'); colon < text.find('=')) {
    option.module = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const size_t equals = std::min(text.find('='), text.size());
  option.key = text.substr(0, equals);
  option.value = text.substr(std::min(equals + 1, text.size()));
  return option;
}

std::optional<int> parse_level(std::string_view value, int highest) {
  int level = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), level);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return std::nullopt;
  if (level < 1 || level > highest) return std::nullopt;
  return level;
}

// Takes one option over; false if that is beyond veneer's own compressor.
bool take(const Option& option, std::string_view codec, Compression& compression) {
  if (!option.module.empty() && option.module != codec) return false;
  if (option.key == "compression-level") {
    const int highest = compression.codec == Codec::kGzip ? kMaxGzipLevel : kMaxZstdLevel;
    const std::optional<int> level = parse_level(option.value, highest);
    if (level) compression.level = *level;
    return level.has_value();
  }
  if (compression.codec == Codec::kGzip)
    return option.key == "!timestamp" || option.key == "timestamp";
  return option.key == "threads" && parse_level(option.value, 1 << 10).has_value();
}

}  // namespace

ArchiveForm choose_form(const CompressionRequest& request) {
  ArchiveForm form;
  if (request.program.empty() && request.codec == "gzip") {
    form.compression = {Codec::kGzip, default_level(Codec::kGzip)};
  } else if (request.program.empty() && request.codec == "zstd") {
    form.compression = {Codec::kZstd, default_level(Codec::kZstd)};
  } else {
    const bool is_plain =
        request.program.empty() && request.codec.empty() && request.options.empty();
    if (!is_plain) form.filter = request;
    return form;
  }
  std::string_view rest = request.options;
  while (!rest.empty()) {
    const std::string_view text = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    if (!take(split_options(text), request.codec, form.compression))
      return {{Codec::kNone, 0}, request};
  }
  return form;
}

std::string codec_of_name(std::string_view file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kCodecs = {{
      {".gz", "gzip"},
      {".tgz", "gzip"},
      {".taz", "gzip"},
      {".zst", "zstd"},
      {".tzst", "zstd"},
      {".bz2", "bzip2"},
      {".tbz", "bzip2"},
      {".tbz2", "bzip2"},
      {".xz", "xz"},
      {".txz", "xz"},
      {".lzma", "lzma"},
      {".tlz", "lzma"},
      {".lz4", "lz4"},
      {".Z", "compress"},
  }};
  for (const auto& [suffix, codec] : kCodecs) {
    if (file.ends_with(suffix)) return std::string(codec);
  }
  return {};
}

bool names_other_format(std::string_view file) {
  static constexpr std::array<std::string_view, 13> kSuffixes = {
      ".7z",  ".a",    ".ar",       ".cpio", ".iso", ".jar", ".mtree",
      ".rar", ".shar", ".squashfs", ".warc", ".xar", ".zip"};
  return std::ranges::any_of(kSuffixes,
                             [file](std::string_view suffix) { return file.ends_with(suffix); });
}

}  // namespace layer
