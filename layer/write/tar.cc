// Encodes ustar headers and, for what they cannot hold, pax extended headers.
#include "layer/write/tar.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/utf8.h"
#include "layer/base/xattrs.h"

namespace layer {
namespace {

constexpr size_t kNameMax = 100;
constexpr size_t kPrefixMax = 155;
constexpr int64_t kMaxOctal7 = 07777777;
constexpr int64_t kMaxOctal11 = 077777777777;

// POSIX.1-2017, pax, "ustar Interchange Format". Numbers are octal digits and a NUL.
struct UstarHeader {
  char name[kNameMax];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char linkname[kNameMax];
  char magic[6];
  char version[2];
  char uname[32];
  char gname[32];
  char devmajor[8];
  char devminor[8];
  char prefix[kPrefixMax];
  char padding[12];
};
static_assert(sizeof(UstarHeader) == kTarBlock);

[[noreturn]] void refuse(const TarEntry& entry, std::string_view why) {
  throw std::logic_error(fmt::format("tar entry '{}' {}", entry.path, why));
}

void check_entry(const TarEntry& entry) {
  const std::string_view path = entry.path;
  if (path.empty() || path.front() == '/' || path.back() == '/') refuse(entry, "is not relative");
  if (path.find('\0') != std::string_view::npos) refuse(entry, "has a NUL in its name");
  const std::string link = entry.link();
  if (link.find('\0') != std::string::npos) refuse(entry, "has a NUL in its link");
  // OCI image-spec layer.md, "Whiteouts": such a name would delete.
  if (path.starts_with(".wh.") || path.find("/.wh.") != std::string_view::npos) {
    refuse(entry, "has a whiteout's name");
  }
  const bool is_link = entry.type == TarType::kSymlink || entry.type == TarType::kHardlink;
  if (is_link && link.empty()) refuse(entry, "is a link to nothing");
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

struct SplitName {
  std::string_view prefix;
  std::string_view name;
};

// The ustar fields of a name, cut at the first '/' after which the rest fits.
std::optional<SplitName> split_name(std::string_view name) {
  if (name.size() <= kNameMax) return SplitName{{}, name};
  const size_t slash = name.find('/', name.size() - kNameMax - 1);
  // A directory's own trailing '/' leaves nothing to follow it.
  if (slash == std::string_view::npos || slash + 1 == name.size()) return std::nullopt;
  if (slash == 0 || slash > kPrefixMax) return std::nullopt;
  return SplitName{name.substr(0, slash), name.substr(slash + 1)};
}

// What stands in a ustar field when a pax record holds the value; only a tool that knows no pax
// would see it.
std::string shortened_name(std::string_view text, size_t size) {
  std::string result(text.substr(0, size));
  for (char& c : result) {
    if ((c & 0x80) != 0) c = '_';
  }
  return result;
}

// One record. LENGTH counts its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
  const size_t rest = key.size() + value.size() + 3;  // ' ', '=', LF
  size_t length = rest + std::to_string(rest).size();
  length = rest + std::to_string(length).size();
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string xattr_records(const TarEntry& entry) {
  std::string records;
  for (const Xattr& xattr : xattrs_of_text(*entry.xattrs)) {
    records += pax_record("SCHILY.xattr." + xattr.name, xattr.value);
  }
  return records;
}

std::string tar_name(const TarEntry& entry) {
  std::string name(entry.path);
  if (entry.type == TarType::kDirectory) name += '/';
  return name;
}

bool needs_path_record(std::string_view name) {
  return !is_ascii(name) || !split_name(name);
}

bool needs_link_record(std::string_view link) {
  return link.size() > kNameMax || !is_ascii(link);
}

// All records of an entry, none when ustar can hold it.
std::string pax_records(const TarEntry& entry, std::string_view name) {
  const bool path = needs_path_record(name);
  const std::string text = entry.link();
  const bool link = needs_link_record(text);
  std::string records;
  // It governs the records after it; without it their text must be UTF-8.
  if ((path && !is_utf8(name)) || (link && !is_utf8(text))) {
    records += pax_record("hdrcharset", "BINARY");
  }
  if (path) records += pax_record("path", name);
  if (link) records += pax_record("linkpath", text);
  const uint64_t size = tar_content_size(entry);
  if (size > uint64_t{kMaxOctal11}) records += pax_record("size", std::to_string(size));
  if (entry.uid > kMaxOctal7) records += pax_record("uid", std::to_string(entry.uid));
  if (entry.gid > kMaxOctal7) records += pax_record("gid", std::to_string(entry.gid));
  if (entry.mtime < 0 || entry.mtime > kMaxOctal11) {
    records += pax_record("mtime", std::to_string(entry.mtime));
  }
  if (entry.xattrs != nullptr) records += xattr_records(entry);
  return records;
}

template <size_t kSize>
void put_text(char (&field)[kSize], std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), kSize), field);
}

// Zero if a pax record holds the value.
template <size_t kSize>
void put_octal(char (&field)[kSize], uint64_t value) {
  if (value >> (3 * (kSize - 1)) != 0) value = 0;
  for (size_t i = kSize - 1; i-- > 0; value >>= 3) field[i] = static_cast<char>('0' + (value & 7));
}

// What both kinds of header have in common; `header` is all zeros.
void finish_header(UstarHeader& header, uint32_t mode, uint64_t size, char type) {
  put_octal(header.mode, mode);
  put_octal(header.size, size);
  header.type = type;
  put_text(header.magic, "ustar");  // and the NUL that is there
  put_text(header.version, "00");
  put_octal(header.devmajor, 0);
  put_octal(header.devminor, 0);
  // The checksum is summed with its own field as spaces, and written as six digits, NUL, space.
  std::memset(header.checksum, ' ', sizeof header.checksum);
  unsigned sum = 0;
  for (const std::byte byte : std::as_bytes(std::span(&header, 1))) {
    sum += std::to_integer<unsigned>(byte);
  }
  for (size_t i = 6; i-- > 0; sum >>= 3) header.checksum[i] = static_cast<char>('0' + (sum & 7));
  header.checksum[6] = '\0';
}

char type_flag(TarType type) {
  switch (type) {
    case TarType::kDirectory:
      return '5';
    case TarType::kFile:
      return '0';
    case TarType::kSymlink:
      return '2';
    case TarType::kHardlink:
      return '1';
  }
  throw std::logic_error("tar type out of range");
}

UstarHeader pax_header(const TarEntry& entry, size_t records_size) {
  UstarHeader header{};
  const std::string_view base = entry.path.substr(entry.path.rfind('/') + 1);
  put_text(header.name, "PaxHeaders/" + shortened_name(base, kNameMax - 11));
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.mtime, 0);
  finish_header(header, 0644, records_size, 'x');
  return header;
}

UstarHeader entry_header(const TarEntry& entry, std::string_view name) {
  UstarHeader header{};
  if (needs_path_record(name)) {
    put_text(header.name, shortened_name(name, kNameMax));
  } else {
    const SplitName split = split_name(name).value();
    put_text(header.prefix, split.prefix);
    put_text(header.name, split.name);
  }
  const std::string link = entry.link();
  put_text(header.linkname, needs_link_record(link) ? shortened_name(link, kNameMax) : link);
  put_octal(header.uid, entry.uid);
  put_octal(header.gid, entry.gid);
  put_octal(header.mtime, static_cast<uint64_t>(entry.mtime));
  // Linux gives every symlink this mode, whatever an archive says.
  const uint32_t mode = entry.type == TarType::kSymlink ? 0777 : entry.mode;
  if ((mode & ~07777U) != 0) refuse(entry, "has a mode that is no permission bits");
  finish_header(header, mode, tar_content_size(entry), type_flag(entry.type));
  return header;
}

}  // namespace

size_t tar_header_size(const TarEntry& entry) {
  check_entry(entry);
  const std::string records = pax_records(entry, tar_name(entry));
  if (records.empty()) return kTarBlock;
  return 2 * kTarBlock + padded_to_block(records.size());
}

uint64_t tar_content_size(const TarEntry& entry) {
  return entry.type == TarType::kFile ? entry.size : 0;
}

uint64_t tar_entry_size(const TarEntry& entry) {
  return tar_header_size(entry) + padded_to_block(tar_content_size(entry));
}

void encode_tar_header(const TarEntry& entry, std::span<std::byte> out) {
  check_entry(entry);
  const std::string name = tar_name(entry);
  const std::string records = pax_records(entry, name);
  const size_t extra = records.empty() ? 0 : kTarBlock + padded_to_block(records.size());
  if (out.size() != extra + kTarBlock) throw std::logic_error("tar header of another size");
  if (!records.empty()) {
    const UstarHeader header = pax_header(entry, records.size());
    std::memset(out.data(), 0, extra);
    std::memcpy(out.data(), &header, kTarBlock);
    std::memcpy(out.data() + kTarBlock, records.data(), records.size());
  }
  const UstarHeader header = entry_header(entry, name);
  std::memcpy(out.data() + extra, &header, kTarBlock);
}

}  // namespace layer
