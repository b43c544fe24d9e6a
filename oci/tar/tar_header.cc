// Knows where the fields of each form are.
#include "oci/tar/tar_header.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"

namespace oci {
namespace {

using Block = std::span<const char, kTarHeader>;

// Offset and size of a field.
using Field = std::pair<size_t, size_t>;
constexpr Field kNameField{0, 100};
constexpr Field kModeField{100, 8};
constexpr Field kUidField{108, 8};
constexpr Field kGidField{116, 8};
constexpr Field kSizeField{124, 12};
constexpr Field kMtimeField{136, 12};
constexpr Field kChecksumField{148, 8};
constexpr size_t kTypeAt = 156;
constexpr Field kLinkField{157, 100};
constexpr Field kMagicField{257, 8};  // with the version
constexpr Field kDeviceMajorField{329, 8};
constexpr Field kDeviceMinorField{337, 8};
constexpr Field kPrefixField{345, 155};
constexpr Field kStarPrefixField{345, 131};
constexpr Field kStarAtimeField{476, 12};
constexpr Field kStarCtimeField{488, 12};
constexpr Field kStarTrailerField{508, 4};
constexpr Field kGnuAtimeField{345, 12};
constexpr Field kGnuCtimeField{357, 12};

std::string_view bytes_of(Block block, Field field) {
  return {block.data() + field.first, field.second};
}

std::string_view text_of(Block block, Field field) {
  const std::string_view bytes = bytes_of(block, field);
  return bytes.substr(0, bytes.find('\0'));
}

std::optional<int64_t> octal_number(std::string_view field) {
  constexpr std::string_view kBlank(" \0", 2);
  const size_t first = field.find_first_not_of(kBlank);
  if (first == field.npos) return 0;
  std::string_view digits = field.substr(first, field.find_last_not_of(kBlank) + 1 - first);
  digits = digits.substr(0, digits.find('\0'));
  uint64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<int64_t>(value);
}

// Two's complement, of which the first bit only marks the base.
std::optional<int64_t> base_256_number(std::string_view field) {
  const bool is_negative = (static_cast<unsigned char>(field[0]) & 0x40U) != 0;
  uint64_t value = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (is_negative) byte = static_cast<unsigned char>(~byte);
    if (i == 0) byte &= 0x7fU;
    if (value >> 56U != 0) return std::nullopt;
    value = value << 8U | byte;
  }
  if (value >> 63U != 0) return std::nullopt;
  return static_cast<int64_t>(is_negative ? ~value : value);
}

// As the sum of unsigned bytes, or of signed ones as some archivers of Unix made it.
bool has_checksum(Block block) {
  const std::optional<int64_t> stated = octal_number(bytes_of(block, kChecksumField));
  int64_t sum = 0;
  int64_t signed_sum = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool is_sum = i >= kChecksumField.first && i < kTypeAt;
    const char byte = is_sum ? ' ' : block[i];
    sum += static_cast<unsigned char>(byte);
    signed_sum += static_cast<signed char>(byte);
  }
  return stated == sum || stated == signed_sum;
}

TarForm form_of(Block block) {
  const std::string_view magic = bytes_of(block, kMagicField);
  if (magic.starts_with(std::string_view("ustar\0", 6))) {
    const bool is_star = bytes_of(block, kStarTrailerField) == std::string_view("tar\0", 4);
    return is_star ? TarForm::kStar : TarForm::kUstar;
  }
  return magic == std::string_view("ustar  \0", 8) ? TarForm::kGnu : TarForm::kV7;
}

// GNU tar has times in the prefix's place. Go wrote prefixes there before 1.8, and still reads them.
std::string_view gnu_prefix(Block block) {
  for (const Field& field : {kGnuAtimeField, kGnuCtimeField}) {
    const std::string_view time = bytes_of(block, field);
    if (time[0] == '\0' || tar_number(time)) continue;
    const std::string_view prefix = text_of(block, kPrefixField);
    const bool is_ascii = std::ranges::all_of(
        prefix, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; });
    return is_ascii ? prefix : std::string_view{};
  }
  return {};
}

std::string_view prefix_of(Block block, TarForm form) {
  switch (form) {
    case TarForm::kV7:
      return {};
    case TarForm::kUstar:
      return text_of(block, kPrefixField);
    case TarForm::kStar:
      return text_of(block, kStarPrefixField);
    case TarForm::kGnu:
      return gnu_prefix(block);
  }
  return {};
}

}  // namespace

std::optional<int64_t> tar_number(std::string_view field) {
  const bool is_base_256 = (static_cast<unsigned char>(field[0]) & 0x80U) != 0;
  return is_base_256 ? base_256_number(field) : octal_number(field);
}

TarHeader read_tar_header(Block block, const std::string& layer) {
  TarHeader header;
  header.form = form_of(block);
  header.type = block[kTypeAt];
  header.path = prefix_of(block, header.form);
  if (!header.path.empty()) header.path += '/';
  header.path += text_of(block, kNameField);
  header.link = text_of(block, kLinkField);
  const auto refuse = [&](std::string_view what) {
    throw layer::Error({layer}, fmt::format("'{}' {}", layer::shown_path(header.path), what));
  };
  if (!has_checksum(block)) refuse("has a header with a wrong checksum, or stands where none is");
  const auto take = [&](Field field, std::string_view name, int64_t& number) {
    const std::optional<int64_t> found = tar_number(bytes_of(block, field));
    if (!found) refuse(fmt::format("has a header whose {} is no number", name));
    number = *found;
  };
  take(kSizeField, "size", header.size);
  take(kModeField, "mode", header.mode);
  take(kUidField, "uid", header.uid);
  take(kGidField, "gid", header.gid);
  take(kMtimeField, "mtime", header.mtime);
  if (header.form == TarForm::kV7) return header;
  take(kDeviceMajorField, "devmajor", header.device_major);
  take(kDeviceMinorField, "devminor", header.device_minor);
  int64_t unused = 0;
  if (header.form == TarForm::kStar) {
    take(kStarAtimeField, "atime", unused);
    take(kStarCtimeField, "ctime", unused);
  }
  return header;
}

}  // namespace oci
