// The threads that a step of a run may use.
#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace layer {

// An arena of so many threads, also where they are more than the processors: TBB's arena alone
// would use fewer, and say so on stderr. What a step makes of its input does not depend on it.
class Threads {
 public:
  explicit Threads(unsigned jobs)
      : control_(tbb::global_control::max_allowed_parallelism, count(jobs)),
        arena_(static_cast<int>(count(jobs))) {}

  // Runs `work` in the arena and returns what it returns.
  template <typename Work>
  auto execute(Work&& work) {
    return arena_.execute(std::forward<Work>(work));
  }

 private:
  // TBB makes no more on any machine without a word on stderr.
  static constexpr unsigned kMax = 256;
  static size_t count(unsigned jobs) { return std::clamp(jobs, 1U, kMax); }

  tbb::global_control control_;
  tbb::task_arena arena_;
};

}  // namespace layer
