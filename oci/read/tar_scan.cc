// Goes from header to header, and keeps only what extensions state of the next entry.
#include "oci/read/tar_scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"

namespace oci {
namespace {

constexpr uint64_t kMaxExtension = uint64_t{1} << 20;
// ustar: offset and size of a header's fields.
constexpr std::pair<size_t, size_t> kName{0, 100};
constexpr std::pair<size_t, size_t> kMode{100, 8};
constexpr std::pair<size_t, size_t> kUid{108, 8};
constexpr std::pair<size_t, size_t> kGid{116, 8};
constexpr std::pair<size_t, size_t> kSize{124, 12};
constexpr std::pair<size_t, size_t> kMtime{136, 12};
constexpr size_t kTypeAt = 156;
constexpr std::pair<size_t, size_t> kLinkName{157, 100};
constexpr std::pair<size_t, size_t> kMagic{257, 6};
constexpr std::pair<size_t, size_t> kDeviceMajor{329, 8};
constexpr std::pair<size_t, size_t> kDeviceMinor{337, 8};
constexpr std::pair<size_t, size_t> kPrefix{345, 155};  // where the magic is that of POSIX
constexpr size_t kSparseMoreAt = 482;  // GNU: whether blocks of the sparse map follow
constexpr size_t kSparseMoreAgainAt = 504;

uint64_t padded(uint64_t size) {
  return size > UINT64_MAX - 511 ? UINT64_MAX : (size + 511) / 512 * 512;
}

bool is_extension(char type) {
  return type == 'x' || type == 'g' || type == 'L' || type == 'K';
}

// Of an entry without content: links, devices, directories, FIFOs.
bool is_header_only(char type) {
  return type >= '1' && type <= '6';
}

template <typename Number>
std::optional<Number> pax_number(std::string_view value) {
  Number found = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), found);
  return fault == std::errc() ? std::optional(found) : std::nullopt;
}

// Seconds, and a fraction of which nine digits count.
std::optional<layer::TocTime> pax_time(std::string_view value) {
  const std::optional<int64_t> seconds = pax_number<int64_t>(value);
  if (!seconds) return std::nullopt;
  layer::TocTime time{*seconds};
  const size_t point = value.find('.');
  if (point == std::string_view::npos) return time;
  std::string digits(value.substr(point + 1, 9));
  digits.resize(9, '0');
  time.nanoseconds = pax_number<uint32_t>(digits).value_or(0);
  const bool is_negative = value.starts_with('-');
  if (is_negative && time.nanoseconds > 0) {
    time = {time.seconds - 1, 1'000'000'000 - time.nanoseconds};
  }
  return time;
}

}  // namespace

void TarScan::refuse(std::string_view what) const {
  const std::string_view name =
      path_.empty() ? field(kName.first, kName.second) : std::string_view(path_);
  throw layer::Error({name_}, fmt::format("'{}' {}", layer::shown_path(name), what));
}

std::string_view TarScan::field(size_t offset, size_t size) const {
  const std::string_view text(block_.data() + offset, size);
  return text.substr(0, text.find('\0'));
}

// Octal digits, or in base 256 if the first bit is set. A number that is none counts as 0: what
// reads the entries reports it.
uint64_t TarScan::number(size_t offset, size_t size) const {
  const std::string_view text(block_.data() + offset, size);
  uint64_t value = 0;
  if ((static_cast<unsigned char>(text[0]) & 0x80U) != 0) {
    for (const char c : text.substr(size - sizeof value)) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  const std::string_view digits = text.substr(std::min(text.find_first_not_of(' '), size));
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  return value;
}

// Of a number in base 256 that has 8 bytes, whether it is negative or takes more than 4 of them.
bool TarScan::is_large(size_t offset) const {
  const std::string_view high(block_.data() + offset, 4);
  const bool is_base_256 = (static_cast<unsigned char>(high[0]) & 0x80U) != 0;
  return is_base_256 && high != std::string_view("\x80\0\0\0", 4);
}

void TarScan::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) bytes = bytes.subspan(update_to_entry(bytes));
}

size_t TarScan::update_to_entry(std::span<const std::byte> bytes) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  has_entry_ = false;
  while (!rest.empty() && !has_entry_) {
    if (content_ > 0) {
      const auto passed = static_cast<size_t>(std::min<uint64_t>(content_, rest.size()));
      content_ -= passed;
      rest.remove_prefix(passed);
      continue;
    }
    const size_t taken = std::min(kBlock - filled_, rest.size());
    std::memcpy(block_.data() + filled_, rest.data(), taken);
    filled_ += taken;
    rest.remove_prefix(taken);
    if (filled_ == kBlock) {
      filled_ = 0;
      take_block();
    }
  }
  return bytes.size() - rest.size();
}

void TarScan::take_block() {
  if (zeros_ == 2) return;  // what follows the end is nobody's
  if (more_sparse_) {
    more_sparse_ = block_[kSparseMoreAgainAt] != 0;
    return;
  }
  if (extension_left_ > 0) {
    header_size_ += kBlock;
    extension_.append(block_.data(), std::min(kBlock, extension_size_ - extension_.size()));
    extension_left_ -= kBlock;
    if (extension_left_ == 0) take_extension();
    return;
  }
  if (std::ranges::all_of(block_, [](char c) { return c == 0; })) {
    ++zeros_;
    return;
  }
  if (zeros_ > 0) refuse("follows a block of zeros, which ends a tar");
  take_header();
}

std::string TarScan::stated_path() const {
  std::string path = path_;
  if (path.empty()) {
    const bool is_posix = std::string_view(block_.data() + kMagic.first, kMagic.second) ==
                          std::string_view("ustar\0", 6);
    if (is_posix) path = field(kPrefix.first, kPrefix.second);
    if (!path.empty()) path += '/';
    path += field(kName.first, kName.second);
  }
  return path;
}

void TarScan::take_header() {
  header_size_ += kBlock;
  const char type = block_[kTypeAt];
  const uint64_t size = number(kSize.first, kSize.second);
  if (is_extension(type)) {
    if (size > kMaxExtension) refuse("is a pax header, or a long name, of more than 1 MiB");
    extension_.clear();
    extension_type_ = type;
    extension_size_ = static_cast<size_t>(size);
    extension_left_ = padded(size);
    return;
  }
  check_entry(type);
  const uint64_t content = has_pax_size_ ? pax_size_ : size;
  entry_ = {stated_path()};
  entry_.has_slash = entry_.path.ends_with('/');
  if (entry_.has_slash) entry_.path.pop_back();
  entry_.header_size = std::exchange(header_size_, 0);
  entry_.size = is_header_only(type) ? 0 : content;
  take_attributes(type);
  has_entry_ = true;
  content_ = padded(entry_.size);
  more_sparse_ = type == 'S' && block_[kSparseMoreAt] != 0;
  path_.clear();
  link_.clear();
  has_pax_size_ = false;
}

void TarScan::take_attributes(char type) {
  entry_.type = type == '\0' ? '0' : type;
  if (entry_.type == '0' && entry_.has_slash) entry_.type = '5';
  const std::string_view link = field(kLinkName.first, kLinkName.second);
  entry_.link = link_.empty() ? std::string(link) : std::move(link_);
  entry_.mode = static_cast<uint32_t>(number(kMode.first, kMode.second));
  entry_.uid = pax_uid_.value_or(number(kUid.first, kUid.second));
  entry_.gid = pax_gid_.value_or(number(kGid.first, kGid.second));
  const auto mtime = static_cast<int64_t>(number(kMtime.first, kMtime.second));
  entry_.mtime = std::exchange(pax_mtime_, std::nullopt).value_or(layer::TocTime{mtime});
  entry_.atime = std::exchange(pax_atime_, std::nullopt);
  entry_.ctime = std::exchange(pax_ctime_, std::nullopt);
  if (type == '3' || type == '4') {
    entry_.device_major = static_cast<uint32_t>(number(kDeviceMajor.first, kDeviceMajor.second));
    entry_.device_minor = static_cast<uint32_t>(number(kDeviceMinor.first, kDeviceMinor.second));
  }
  entry_.xattrs = std::exchange(pax_xattrs_, {});
  pax_uid_.reset();
  pax_gid_.reset();
}

void TarScan::check_entry(char type) {
  constexpr std::string_view kKnown(
      "\0"
      "0123456S",
      9);
  if (kKnown.find(type) == kKnown.npos) {
    refuse(fmt::format("has the type '{}', which container engines do not know", type));
  }
  if (is_large(kMode.first)) refuse("has a mode that no file can have");
  const bool is_link = type == '1' || type == '2';
  if (is_link && link_.empty() && field(kLinkName.first, kLinkName.second).empty()) {
    refuse("is a link to nothing");
  }
  if (is_header_only(type) && has_pax_size_ && pax_size_ > 0) {
    refuse(fmt::format("has no content, and its pax header states {} bytes", pax_size_));
  }
}

void TarScan::take_extension() {
  std::string_view rest = extension_;
  if (extension_type_ == 'L' || extension_type_ == 'K') {
    (extension_type_ == 'L' ? path_ : link_) = rest.substr(0, rest.find('\0'));
    return;
  }
  // "LENGTH KEY=VALUE\n"; the length counts itself.
  while (!rest.empty()) {
    size_t length = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<size_t>(end - rest.data());
    if (fault != std::errc() || length > rest.size() || length < digits + 3) return;
    const std::string_view record = rest.substr(digits + 1, length - digits - 2);
    const size_t equals = record.find('=');
    if (equals == record.npos) return;
    take_pax_record(record.substr(0, equals), record.substr(equals + 1));
    rest.remove_prefix(length);
  }
}

void TarScan::take_pax_record(std::string_view key, std::string_view value) {
  const bool is_text = key == "path" || key == "linkpath" || key == "uname" || key == "gname";
  if (is_text && value.find('\0') != value.npos) {
    throw layer::Error({name_}, fmt::format("a pax header states a '{}' with a NUL byte", key));
  }
  if (extension_type_ == 'g') return;  // engines pass it over
  if (key == "path") path_ = value;
  if (key == "linkpath") link_ = value;
  if (key == "uid") pax_uid_ = pax_number<uint64_t>(value);
  if (key == "gid") pax_gid_ = pax_number<uint64_t>(value);
  if (key == "mtime") pax_mtime_ = pax_time(value);
  if (key == "atime") pax_atime_ = pax_time(value);
  if (key == "ctime") pax_ctime_ = pax_time(value);
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  if (key.starts_with(kXattr)) {
    pax_xattrs_.push_back({std::string(key.substr(kXattr.size())), std::string(value)});
  }
  if (key == "size") {
    has_pax_size_ =
        std::from_chars(value.data(), value.data() + value.size(), pax_size_).ec == std::errc();
  }
}

}  // namespace oci
