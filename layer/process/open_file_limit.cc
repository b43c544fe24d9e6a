#include "layer/process/open_file_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>

namespace layer {
namespace {

constexpr rlim_t kEnough = 65'536;

std::optional<rlimit> at_start;

}  // namespace

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur >= kEnough) return;
  const rlimit raised{.rlim_cur = std::min(limit.rlim_max, kEnough), .rlim_max = limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) at_start = limit;
}

void restore_open_file_limit() {
  if (at_start) ::setrlimit(RLIMIT_NOFILE, &*at_start);
}

}  // namespace layer
