// Compares field by field, in the order in which a reader would want to know.
#include "oci/tar/same_entry.h"

#include <fmt/core.h>
#include <sys/types.h>

#include <string_view>

#include "layer/model/relative_path.h"
#include "oci/model/clean_path.h"

namespace oci {
namespace {

constexpr int64_t kPermissions = 07777;

std::string two_readings(std::string_view field, std::string_view ours, std::string_view theirs) {
  return fmt::format(
      "is read in two ways: its {} is '{}' to libarchive, and '{}' to Go's "
      "archive/tar, which container engines use",
      field, layer::shown_path(ours), layer::shown_path(theirs));
}

std::string shown_number(int64_t number, std::string_view field) {
  return field == "mode" ? fmt::format("{:04o}", number) : fmt::format("{}", number);
}

std::string_view text_or_empty(const char* text) {
  return text == nullptr ? std::string_view{} : text;
}

char type_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return '1';
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return '0';
    case AE_IFLNK:
      return '2';
    case AE_IFCHR:
      return '3';
    case AE_IFBLK:
      return '4';
    case AE_IFDIR:
      return '5';
    case AE_IFIFO:
      return '6';
    default:
      return '?';
  }
}

std::string_view link_of(archive_entry* entry, char type) {
  if (type == '1') return text_or_empty(archive_entry_hardlink(entry));
  return type == '2' ? text_or_empty(archive_entry_symlink(entry)) : std::string_view{};
}

int64_t seconds_of(archive_entry* entry, const layer::TocTime& engines) {
  const int64_t seconds = archive_entry_mtime(entry);
  const bool is_rounded = engines.seconds < 0 && engines.nanoseconds > 0;
  if (!is_rounded || seconds != engines.seconds + 1) return seconds;
  archive_entry_set_mtime(entry, engines.seconds, static_cast<long>(engines.nanoseconds));
  return engines.seconds;
}

}  // namespace

std::optional<std::string> difference(archive_entry* entry, const TarScan::Entry& engines) {
  const std::string_view path = text_or_empty(archive_entry_pathname(entry));
  if (!is_same_path(path, engines.path)) return two_readings("name", path, engines.path);
  const char type = type_of(entry);
  if (type != engines.type) {
    return two_readings("type", std::string_view(&type, 1), std::string_view(&engines.type, 1));
  }
  const bool is_link = type == '1' || type == '2';
  const std::string_view link = link_of(entry, type);
  if (is_link && link != engines.link) return two_readings("link", link, engines.link);
  // By an access control list, libarchive's is the group's entry in place of the mask.
  if (archive_entry_acl_types(entry) != 0) {
    archive_entry_set_perm(entry, static_cast<mode_t>(engines.mode & kPermissions));
  }
  const bool is_device = type == '3' || type == '4';
  const struct Number {
    std::string_view name;
    int64_t ours;
    int64_t theirs;
  } numbers[] = {
      {"size", type == '0' ? archive_entry_size(entry) : 0, engines.file_size},
      {"mode", archive_entry_perm(entry) & kPermissions, engines.mode & kPermissions},
      {"uid", archive_entry_uid(entry), engines.uid},
      {"gid", archive_entry_gid(entry), engines.gid},
      {"mtime", seconds_of(entry, engines.mtime), engines.mtime.seconds},
      {"major", is_device ? static_cast<int64_t>(archive_entry_rdevmajor(entry)) : 0,
       engines.device_major},
      {"minor", is_device ? static_cast<int64_t>(archive_entry_rdevminor(entry)) : 0,
       engines.device_minor},
  };
  for (const Number& number : numbers) {
    if (number.ours == number.theirs) continue;
    return two_readings(number.name, shown_number(number.ours, number.name),
                        shown_number(number.theirs, number.name));
  }
  return std::nullopt;
}

}  // namespace oci
