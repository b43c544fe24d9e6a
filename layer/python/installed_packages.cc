// Maps every recorded path to its package.
#include "layer/python/installed_packages.h"

#include <algorithm>

#include "layer/base/ascii.h"
#include "layer/model/file_tree.h"
#include "layer/python/record.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

constexpr std::string_view kDistInfo = ".dist-info";

// "Typing.Extensions-4.9.0.dist-info" -> "typing_extensions". A name in a folder's name has no '-'
// (Python packaging, "Recording installed projects").
std::string normalised_name(std::string_view folder) {
  const std::string_view name = folder.substr(0, std::min(folder.find('-'), folder.rfind('.')));
  std::string result;
  for (const char c : name) {
    const bool is_separator = c == '-' || c == '_' || c == '.';
    if (is_separator && result.ends_with('_')) continue;
    result += is_separator ? '_' : is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

}  // namespace

std::string_view dist_info_of(std::string_view path) {
  for (size_t at = path.find(kDistInfo); at != std::string_view::npos;
       at = path.find(kDistInfo, at + 1)) {
    const size_t end = at + kDistInfo.size();
    if (end == path.size() || path[end] == '/') return path.substr(0, end);
  }
  return {};
}

InstalledPackages::InstalledPackages(const std::string& directory,
                                     const std::vector<std::string>& sites,
                                     const std::vector<WalkedItem>& items, StringArena& arena) {
  for (const WalkedItem& item : items) {
    const std::string_view site = parent_path(item.path);
    const bool is_in_site = std::ranges::find(sites, site) != sites.end();
    if (is_in_site && item.type == DiskType::kDirectory && item.path.ends_with(kDistInfo)) {
      packages_.push_back({normalised_name(base_name(item.path)), item.path});
    }
    if (item.type != DiskType::kFile || base_name(item.path) != "RECORD") continue;
    const bool is_own = !packages_.empty() && packages_.back().folder == site;
    if (!is_own) continue;
    InstalledPackage& package = packages_.back();
    package.record = read_installed_file(directory + '/' + std::string(item.path), arena);
    for (const RecordRow& row : record_rows(package.record)) {
      const std::string path = record_path(parent_path(site), row.path);
      if (!path.empty()) owners_.emplace(arena.copy(path), packages_.size() - 1);
    }
  }
}

const InstalledPackage* InstalledPackages::owner(std::string_view path) const {
  const std::string_view folder = dist_info_of(path);
  if (!folder.empty()) {
    const auto package = std::ranges::find(packages_, folder, &InstalledPackage::folder);
    if (package != packages_.end()) return &*package;
  }
  const auto found = owners_.find(path);
  return found == owners_.end() ? nullptr : &packages_[found->second];
}

}  // namespace layer
