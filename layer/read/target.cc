// Asks the file system about many paths at once.
#include "layer/read/target.h"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <unordered_map>

namespace layer {
namespace {

constexpr size_t kGrain = 128;  // paths a task: some hundred microseconds of system calls

Target find_target(std::string_view path) {
  struct stat status = {};
  if (stat(std::string(path).c_str(), &status) != 0) return {TargetType::kUnreachable, errno, {}};
  if (S_ISREG(status.st_mode)) return {TargetType::kFile, 0, stamp_of(status)};
  if (S_ISDIR(status.st_mode)) return {TargetType::kDirectory, 0, {}};
  return {TargetType::kOther, 0, {}};
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
  std::unordered_map<std::string_view, size_t> slots;
  slots.reserve(paths.size());
  std::vector<std::string_view> distinct;
  distinct.reserve(paths.size());
  std::vector<size_t> slot_of;
  slot_of.reserve(paths.size());
  for (const std::string_view path : paths) {
    const auto [found, is_new] = slots.try_emplace(path, distinct.size());
    if (is_new) distinct.push_back(path);
    slot_of.push_back(found->second);
  }
  std::vector<Target> targets(distinct.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, distinct.size(), kGrain),
                    [&](const tbb::blocked_range<size_t>& range) {
                      for (size_t i = range.begin(); i != range.end(); ++i) {
                        targets[i] = find_target(distinct[i]);
                      }
                    });
  std::vector<Target> result;
  result.reserve(paths.size());
  for (const size_t slot : slot_of) result.push_back(targets[slot]);
  return result;
}

}  // namespace layer
