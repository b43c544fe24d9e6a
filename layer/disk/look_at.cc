// Looks by stat(2).
#include "layer/disk/look_at.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "layer/base/error.h"

namespace layer {

std::optional<DiskType> look_at(const std::string& path) {
  constexpr std::array kNothingThere{ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG};
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    if (std::ranges::find(kNothingThere, errno) != kNothingThere.end()) return std::nullopt;
    throw system_error(path, "cannot look at", errno);
  }
  if (S_ISDIR(status.st_mode)) return DiskType::kDirectory;
  return S_ISREG(status.st_mode) ? DiskType::kFile : DiskType::kOther;
}

}  // namespace layer
