// Where time goes: spans that the steps of a run record, by a clock that the caller has.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace layer {

// One piece of work of one thread. Spans of one thread lie inside each other or apart.
struct Span {
  std::string_view name;  // a literal: "plan", "compress"
  std::string layer;      // that it was done for; empty: for all
  int64_t begin = 0;      // nanoseconds, of the clock
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
  // In the order of their ends. Call when no thread records any more.
  const std::vector<Span>& spans() const { return spans_; }

 private:
  const Clock clock_;
  std::mutex mutex_;
  std::vector<std::thread::id> threads_;
  std::vector<Span> spans_;
};

// Records its own lifetime; nothing, and at no cost, if there is no trace.
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
