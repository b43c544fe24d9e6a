// Records how long each step of a run takes, as spans measured by the caller's clock.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace layer {

// One piece of work of one thread. Two spans of a thread are either nested or disjoint.
struct Span {
  std::string_view name;  // a literal: "plan", "compress"
  std::string layer;      // the layer it was done for; empty: all
  int64_t begin = 0;      // nanoseconds of the clock
  int64_t end = 0;
  unsigned thread = 0;  // from 0, in the order of their first spans
};

// Safe to use from any thread.
class Trace {
 public:
  using Clock = int64_t (*)();  // nanoseconds, never backwards
  explicit Trace(Clock clock) : clock_(clock) {}

  int64_t now() const { return clock_(); }
  void add(std::string_view name, std::string_view layer, int64_t begin, int64_t end);
  // In the order in which they ended. To be called once no thread records any more.
  const std::vector<Span>& spans() const { return spans_; }

 private:
  const Clock clock_;
  std::mutex mutex_;
  std::vector<std::thread::id> threads_;
  std::vector<Span> spans_;
};

// Records its own lifetime as a span. Without a trace it does nothing and costs nothing.
class TraceScope {
 public:
  TraceScope(Trace* trace, std::string_view name, std::string_view layer = {})
      : trace_(trace), name_(name), layer_(layer), begin_(trace == nullptr ? 0 : trace->now()) {}
  ~TraceScope() {
    if (trace_ != nullptr) trace_->add(name_, layer_, begin_, trace_->now());
  }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  Trace* trace_;
  std::string_view name_;
  std::string_view layer_;
  int64_t begin_;
};

}  // namespace layer
