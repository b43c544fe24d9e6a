#include "layer/disk/open_file_limit.h"

#include <sys/resource.h>

#include <optional>

namespace layer {
namespace {

std::optional<rlimit> at_start;

}  // namespace

void raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlimit highest{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &highest) == 0) at_start = limit;
}

void restore_open_file_limit() {
  if (at_start) ::setrlimit(RLIMIT_NOFILE, &*at_start);
}

}  // namespace layer
