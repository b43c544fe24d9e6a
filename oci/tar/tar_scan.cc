// Goes from header to header, and keeps only what extensions state of the next entry.
#include "oci/tar/tar_scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"

namespace oci {
namespace {

constexpr uint64_t kMaxExtension = uint64_t{1} << 20;  // Go's, also for a sparse map
constexpr size_t kFileSizeAt = 483;                    // of type 'S'
constexpr size_t kFileSizeSize = 12;

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

}  // namespace

void TarScan::refuse(std::string_view what) const {
  throw layer::Error({name_}, fmt::format("'{}' {}", layer::shown_path(subject_), what));
}

void TarScan::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) bytes = bytes.subspan(update_to_entry(bytes));
}

size_t TarScan::update_to_entry(std::span<const std::byte> bytes) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  has_entry_ = false;
  while (!rest.empty() && !has_entry_) {
    if (content_ > 0 && map_form_ == SparseForm::kNone) {
      const auto passed = static_cast<size_t>(std::min<uint64_t>(content_, rest.size()));
      content_ -= passed;
      rest.remove_prefix(passed);
      continue;
    }
    const size_t taken = std::min(kTarHeader - filled_, rest.size());
    std::memcpy(block_.data() + filled_, rest.data(), taken);
    filled_ += taken;
    rest.remove_prefix(taken);
    if (filled_ == kTarHeader) {
      filled_ = 0;
      take_block();
    }
  }
  return bytes.size() - rest.size();
}

void TarScan::finish() const {
  if (zeros_ == 2) return;
  if (content_ > padding_ || map_form_ != SparseForm::kNone) refuse("is cut short");
  if (filled_ == 0 && extension_left_ == 0) return;
  throw layer::Error({name_}, "ends within a header");
}

void TarScan::take_block() {
  if (zeros_ == 2) return;  // what follows the end is nobody's
  if (map_form_ != SparseForm::kNone) {
    take_map_block();
    return;
  }
  if (extension_left_ > 0) {
    header_size_ += kTarHeader;
    extension_.append(block_.data(), std::min(kTarHeader, extension_size_ - extension_.size()));
    extension_left_ -= kTarHeader;
    if (extension_left_ == 0) take_extension();
    return;
  }
  if (std::ranges::all_of(block_, [](char c) { return c == 0; })) {
    ++zeros_;
    return;
  }
  take_header();
}

void TarScan::take_header() {
  TarHeader header = read_tar_header(block_, name_);
  subject_ = header.path;
  if (zeros_ > 0) refuse("follows a block of zeros, which ends a tar");
  header_size_ += kTarHeader;
  if (is_extension(header.type)) {
    const bool is_long = static_cast<uint64_t>(header.size) > kMaxExtension;
    if (is_long) refuse("is a pax header, or a long name, of more than 1 MiB");
    extension_.clear();
    extension_type_ = header.type;
    extension_size_ = static_cast<size_t>(header.size);
    extension_left_ = padded(extension_size_);
    if (extension_left_ == 0) take_extension();
    return;
  }
  merge_extensions(header);
  check_entry(header);
  entry_ = {std::move(header.path)};
  entry_.has_slash = entry_.path.ends_with('/');
  if (entry_.has_slash) entry_.path.pop_back();
  entry_.header_size = std::exchange(header_size_, 0);
  take_attributes(header);
  has_entry_ = true;
  content_ = padded(entry_.size);
  padding_ = content_ - entry_.size;
  begin_map(header);
  pax_.clear();
  gnu_path_.clear();
  gnu_link_.clear();
}

// A global header states nothing to engines, and they forget what stands before it.
void TarScan::take_extension() {
  const std::string_view content = extension_;
  switch (extension_type_) {
    case 'L':
      gnu_path_ = content.substr(0, content.find('\0'));
      return;
    case 'K':
      gnu_link_ = content.substr(0, content.find('\0'));
      return;
    case 'x':
      pax_ = read_pax_records(content, name_);
      return;
    default:
      read_pax_records(content, name_);
      pax_.clear();
      gnu_path_.clear();
      gnu_link_.clear();
  }
}

void TarScan::take_number(std::string_view key, int64_t& number) const {
  const std::string_view value = pax_value(pax_, key);
  if (value.empty()) return;
  const std::optional<int64_t> found = pax_number(value);
  if (!found) {
    refuse(fmt::format("has a pax header whose '{}' is no number: '{}'", key,
                       layer::shown_path(value)));
  }
  number = *found;
}

std::optional<layer::TocTime> TarScan::stated_time(std::string_view key) const {
  const std::string_view value = pax_value(pax_, key);
  if (value.empty()) return std::nullopt;
  const std::optional<layer::TocTime> found = pax_time(value);
  if (!found) {
    refuse(
        fmt::format("has a pax header whose '{}' is no time: '{}'", key, layer::shown_path(value)));
  }
  return found;
}

// A long name of GNU tar counts more than pax.
void TarScan::merge_extensions(TarHeader& header) {
  const auto take_text = [](std::string_view text, std::string& target) {
    if (!text.empty()) target = text;
  };
  take_text(pax_value(pax_, "path"), header.path);
  take_text(pax_value(pax_, "linkpath"), header.link);
  take_text(gnu_path_, header.path);
  take_text(gnu_link_, header.link);
  if (header.type != 'S' && sparse_form(pax_) != SparseForm::kNone) {
    take_text(pax_value(pax_, "GNU.sparse.name"), header.path);
  }
  subject_ = header.path;
  take_number("uid", header.uid);
  take_number("gid", header.gid);
  const bool is_directory = header.type == '\0' && header.path.ends_with('/');
  if (header.type == '\0') header.type = is_directory ? '5' : '0';
  const bool is_without = is_header_only(header.type);
  if (!is_without && header.size < 0) refuse("has a negative size");
  if (is_without) header.size = 0;
  take_number("size", header.size);
  if (!is_without && header.size < 0) refuse("has a negative size");
  if (is_without && header.size > 0) {
    refuse(fmt::format("has no content, and its pax header states {} bytes", header.size));
  }
}

void TarScan::check_entry(const TarHeader& header) const {
  constexpr std::string_view kKnown = "0123456S";
  if (kKnown.find(header.type) == kKnown.npos) {
    refuse(fmt::format("has the type '{}', which container engines do not know", header.type));
  }
  if (header.mode < 0 || header.mode > UINT32_MAX) refuse("has a mode that no file can have");
  const bool is_link = header.type == '1' || header.type == '2';
  if (is_link && header.link.empty()) refuse("is a link to nothing");
  if (!is_header_only(header.type) && header.path.ends_with('/')) {
    refuse("is a file to container engines, and a directory to others: its name ends in '/'");
  }
}

void TarScan::take_attributes(TarHeader& header) {
  entry_.type = header.type == 'S' ? '0' : header.type;
  entry_.size = is_header_only(header.type) ? 0 : static_cast<uint64_t>(header.size);
  entry_.file_size = static_cast<int64_t>(entry_.size);
  entry_.link = std::move(header.link);
  entry_.mode = static_cast<uint32_t>(header.mode);
  entry_.uid = header.uid;
  entry_.gid = header.gid;
  entry_.mtime = stated_time("mtime").value_or(layer::TocTime{header.mtime});
  entry_.atime = stated_time("atime");
  entry_.ctime = stated_time("ctime");
  if (entry_.type == '3' || entry_.type == '4') {
    entry_.device_major = header.device_major;
    entry_.device_minor = header.device_minor;
  }
  entry_.xattrs = xattrs();
}

std::vector<layer::Xattr> TarScan::xattrs() const {
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  std::vector<layer::Xattr> found;
  for (auto at = pax_.lower_bound(kXattr); at != pax_.end() && at->first.starts_with(kXattr);
       ++at) {
    if (!at->second.empty()) found.push_back({at->first.substr(kXattr.size()), at->second});
  }
  return found;
}

// Of a sparse file, finds its size and its map, or where that follows.
void TarScan::begin_map(const TarHeader& header) {
  const SparseForm form = header.type == 'S' ? SparseForm::kHeader : sparse_form(pax_);
  if (form == SparseForm::kNone) return;
  entry_.is_sparse = true;
  if (is_header_only(entry_.type)) refuse("is sparse, and no file");
  map_size_ = 0;
  map_.clear();
  if (form == SparseForm::kHeader) {
    const std::optional<int64_t> size = tar_number(block().substr(kFileSizeAt, kFileSizeSize));
    const bool is_sound_map = add_sparse_pieces(block_, true, map_);
    if (header.form != TarForm::kGnu || !size || !is_sound_map) {
      refuse("is a sparse file whose map is malformed");
    }
    entry_.file_size = *size;
    if (has_more_pieces(block_, true)) {
      map_form_ = form;
    } else {
      check_map(map_);
    }
    return;
  }
  take_number("GNU.sparse.realsize", entry_.file_size);
  take_number("GNU.sparse.size", entry_.file_size);
  if (form == SparseForm::kContent) {
    map_form_ = form;
    map_text_ = {};
    return;
  }
  const std::optional<SparseMap> map = sparse_map_of(pax_);
  if (!map) refuse("is a sparse file whose map is malformed");
  check_map(*map);
}

void TarScan::take_map_block() {
  map_size_ += kTarHeader;
  const bool is_behind_header = map_form_ == SparseForm::kHeader;
  const uint64_t most = kMaxExtension - (is_behind_header ? kTarHeader : 0);
  if (map_size_ > most) refuse("is a sparse file with a map of more than 1 MiB");
  if (is_behind_header) {
    if (!add_sparse_pieces(block_, false, map_)) refuse("is a sparse file whose map is malformed");
    if (has_more_pieces(block_, false)) return;
    map_form_ = SparseForm::kNone;
    map_size_ = 0;  // of the content
    check_map(map_);
    return;
  }
  if (map_size_ > entry_.size) refuse("is a sparse file whose map is malformed");
  content_ -= kTarHeader;
  map_text_.add(block());
  if (!map_text_.is_complete()) return;
  map_form_ = SparseForm::kNone;
  const std::optional<SparseMap> map = map_text_.map();
  if (!map) refuse("is a sparse file whose map is malformed");
  check_map(*map);
}

void TarScan::check_map(const SparseMap& map) const {
  if (is_sound(map, entry_.file_size, entry_.size - map_size_)) return;
  refuse("is a sparse file whose pieces overlap, lie beyond its end, or are not what is stored");
}

}  // namespace oci
