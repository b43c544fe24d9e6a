// Asks the file system about many paths at once.
#include "layer/read/target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "layer/file_handle.h"

namespace layer {
namespace {

constexpr size_t kGrain = 128;  // paths a task: some hundred microseconds of system calls

Target target_of(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return {TargetType::kFile, 0, stamp_of(status)};
  if (S_ISDIR(status.st_mode)) return {TargetType::kDirectory, 0, {}};
  return {TargetType::kOther, 0, {}};
}

// Asks for one path after the other. Of neighbours the kernel walks to their directory once.
class TargetFinder {
 public:
  // `next` is the path asked for next; empty: none.
  Target find(std::string_view path, std::string_view next) {
    const size_t slash = path.rfind('/');
    const std::string_view parent = path.substr(0, slash == std::string_view::npos ? 0 : slash);
    const bool names_entry = slash != std::string_view::npos && slash + 1 < path.size();
    if (parent.empty() || !names_entry) return look(AT_FDCWD, path);
    if (parent != parent_) {
      const bool has_neighbour = next.size() > slash && next.starts_with(path.substr(0, slash + 1));
      if (!has_neighbour) return look(AT_FDCWD, path);
      directory_ = try_open(std::string(parent), O_PATH | O_DIRECTORY);
      parent_ = directory_ ? parent : std::string_view{};
    }
    return directory_ ? look(directory_.get(), path.substr(slash + 1)) : look(AT_FDCWD, path);
  }

 private:
  Target look(int directory, std::string_view path) {
    path_ = path;
    struct stat status = {};
    if (fstatat(directory, path_.c_str(), &status, 0) == 0) return target_of(status);
    return {TargetType::kUnreachable, errno, {}};
  }

  FileHandle directory_;
  std::string_view parent_;  // its path
  std::string path_;         // ends with a zero; its memory is used again
};

}  // namespace

std::string Target::fault() const {
  switch (type) {
    case TargetType::kFile:
    case TargetType::kDirectory:
      return {};
    case TargetType::kOther:
      return "is neither a file nor a directory";
    case TargetType::kUnreachable:
      if (error == ENOENT || error == ENOTDIR) return "does not exist";
      return fmt::format("cannot be reached: {}", std::generic_category().message(error));
  }
  return {};
}

std::vector<Target> find_targets(std::span<const std::string_view> paths) {
  std::vector<Target> targets(paths.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, paths.size(), kGrain), [&](const auto& range) {
    TargetFinder finder;
    for (size_t i = range.begin(); i != range.end(); ++i) {
      const bool has_next = i + 1 != range.end();
      targets[i] = finder.find(paths[i], has_next ? paths[i + 1] : std::string_view{});
    }
  });
  return targets;
}

}  // namespace layer
