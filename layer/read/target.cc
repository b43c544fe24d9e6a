// Stats many paths in parallel.
#include "layer/read/target.h"

#include <fmt/core.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "layer/disk/path_cursor.h"

namespace layer {
namespace {

constexpr size_t kGrain = 128;  // paths a task: some hundred microseconds of system calls

Target target_of(const struct stat& status, int64_t clock) {
  if (S_ISREG(status.st_mode)) return {TargetType::kFile, 0, look_of(status, clock)};
  if (S_ISDIR(status.st_mode)) return {TargetType::kDirectory, 0, stamp_of(status)};
  return {TargetType::kOther, 0, {}};
}

Target look(const PathCursor::Place& place) {
  struct stat status = {};
  const int64_t clock = file_clock();
  if (fstatat(place.directory, place.name, &status, 0) == 0) return target_of(status, clock);
  return {TargetType::kUnreachable, errno, {}};
}

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
    PathCursor cursor;
    for (size_t i = range.begin(); i != range.end(); ++i) {
      const bool has_next = i + 1 != range.end();
      targets[i] = look(cursor.find(paths[i], has_next ? paths[i + 1] : std::string_view{}));
    }
  });
  return targets;
}

}  // namespace layer
