// Goes by the names of folders and of extension modules.
#include "layer/python/find_site_packages.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "layer/base/ascii.h"
#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

constexpr std::string_view kAnyVersion = "3";
constexpr std::string_view kMakeIt =
    "make it with `uv pip install --target DIR PACKAGE`, or the same of pip";

// "3.11" of "x.cpython-311-aarch64-linux-gnu.so" (PEP 3149); empty for any other name.
std::string version_of_module(std::string_view name) {
  constexpr std::string_view kTag = ".cpython-3";
  const size_t at = name.find(kTag);
  if (at == std::string_view::npos || !name.ends_with(".so")) return {};
  const std::string_view rest = name.substr(at + kTag.size());
  const auto* const end = std::find_if_not(rest.begin(), rest.end(), is_digit);
  const std::string_view minor(rest.begin(), end);
  return minor.empty() ? std::string() : fmt::format("3.{}", minor);
}

// Throws for what is no folder, or one of another kind.
void check_folder(const std::string& directory) {
  if (!is_there(directory)) throw Error(Position{directory}, "no such directory");
  if (!is_directory(directory)) {
    throw Error(Position{directory}, "is not a folder of packages").with_help(std::string(kMakeIt));
  }
  if (is_there(directory + "/pyvenv.cfg")) {
    throw Error(Position{directory}, "is a virtual environment, not a folder of packages")
        .with_help(fmt::format("give it as --venv {}", directory));
  }
}

// The version that the extension modules are for.
std::string version_of_packages(const std::string& directory,
                                const std::vector<WalkedItem>& items) {
  std::string version;
  std::string_view first;
  for (const WalkedItem& item : items) {
    if (item.type == DiskType::kDirectory) continue;
    std::string own = version_of_module(base_name(item.path));
    if (own.empty() || own == version) continue;
    if (version.empty()) {
      version = std::move(own);
      first = item.path;
      continue;
    }
    throw Error(Position{directory},
                fmt::format("has modules for two versions of Python: '{}' is for {}, '{}' for {}",
                            first, version, item.path, own))
        .with_help("make it anew for one of them: `--python-version` of uv and pip");
  }
  return version.empty() ? std::string(kAnyVersion) : version;
}

}  // namespace

VenvOnDisk find_site_packages(std::string_view directory, StringArena& arena, Store* store) {
  VenvOnDisk found;
  found.directory = directory;
  while (found.directory.size() > 1 && found.directory.ends_with('/')) found.directory.pop_back();
  check_folder(found.directory);
  const std::vector<WalkedItem> items = walk(found.directory, WalkDetail::kTypes, arena, store);
  const bool has_packages = std::ranges::any_of(items, [](const WalkedItem& item) {
    return item.type == DiskType::kDirectory && item.path.ends_with(".dist-info") &&
           item.path.find('/') == std::string_view::npos;
  });
  if (!has_packages) {
    throw Error(Position{found.directory}, "has no packages: no *.dist-info is in it")
        .with_help(std::string(kMakeIt));
  }
  found.version = version_of_packages(found.directory, items);
  found.full_version = found.version;
  found.site_packages = {""};
  found.interpreter = fmt::format("/usr/local/bin/python{}", found.version);
  found.old_places = {absolute_path(found.directory), real_path(found.directory)};
  return found;
}

}  // namespace layer
