// Makes folders with modes and messages that a layout needs.
#include "oci/write/layout_folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "layer/base/error.h"
#include "layer/disk/list_directory.h"
#include "layer/disk/temporary_path.h"
#include "oci/write/destination.h"

namespace oci {
namespace {

constexpr mode_t kLayoutDirectoryMode = 0755;

}  // namespace

bool entry_exists(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  throw layer::system_error(path, "cannot stat", errno);
}

bool is_empty(const std::string& folder) {
  return layer::list_directory(folder, layer::WalkDetail::kTypes).items.empty();
}

void make_directory(const std::string& path, const std::string& called) {
  if (::mkdir(path.c_str(), kLayoutDirectoryMode) != 0 ||
      ::chmod(path.c_str(), kLayoutDirectoryMode) != 0) {
    throw layer::system_error(called, "cannot create the directory", errno);
  }
}

layer::TemporaryName make_staging_directory(const std::string& final_path) {
  layer::TemporaryName staging = layer::make_temporary_directory(
      folder_of(final_path), final_path, "cannot create a directory beside it");
  if (::chmod(staging.path().c_str(), kLayoutDirectoryMode) == 0) return staging;
  throw layer::system_error(final_path, "cannot change the mode", errno);
}

void make_link(const std::string& text, const std::string& path, const std::string& called) {
  if (::symlink(text.c_str(), path.c_str()) != 0) {
    throw layer::system_error(called, "cannot create a link", errno);
  }
}

void check_is_own(const std::string& folder) {
  std::error_code absent;
  if (!std::filesystem::is_symlink(folder, absent)) return;
  throw layer::Error({folder}, "is a link, so blobs would be written outside of this layout")
      .with_help("put a folder in the link's place, which may hold links to single blobs");
}

}  // namespace oci
