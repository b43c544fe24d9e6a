// A thread looks at the counters.
#include "cmd/report/progress_line.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "cmd/report/messages.h"

namespace cmd {

std::string progress_text(uint64_t done, uint64_t total, std::chrono::duration<double> time,
                          std::string_view verb) {
  std::string text = fmt::format("{} of {} {} ({}%)", human_size(done), human_size(total), verb,
                                 total == 0 ? 100 : 100 * done / total);
  if (done == 0 || time.count() <= 0) return text;
  const double rate = static_cast<double>(done) / time.count();
  const double left = static_cast<double>(total - done) / rate;
  return text + fmt::format(", {}/s, {:.0f} s left", human_size(static_cast<uint64_t>(rate)),
                            std::ceil(left));
}

ProgressLine::ProgressLine(Amount amount, bool is_logged)
    : amount_(std::move(amount)), is_terminal_(::isatty(STDERR_FILENO) == 1) {
  if (!is_terminal_ && !is_logged) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // No thread is left for it; the work goes on.
  }
}

ProgressLine::~ProgressLine() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  end_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ProgressLine::run() {
  using namespace std::chrono_literals;
  using Duration = std::chrono::steady_clock::duration;
  const Duration quiet = is_terminal_ ? Duration(500ms) : Duration(10s);
  const Duration between = is_terminal_ ? Duration(100ms) : Duration(10s);
  const auto begin = std::chrono::steady_clock::now();
  bool is_shown = false;
  std::unique_lock lock(mutex_);
  for (auto next = begin + quiet; !end_.wait_until(lock, next, [this] { return is_done_; });
       next += between) {
    show(next - begin);
    is_shown = true;
  }
  if (is_terminal_ && is_shown) print_to(stderr, "\r\x1b[K");
}

void ProgressLine::show(std::chrono::duration<double> time) const {
  const uint64_t total = amount_.total;
  if (total == 0) return;
  const std::string text =
      progress_text(std::min<uint64_t>(amount_.done, total), total, time, amount_.verb);
  print_to(stderr, is_terminal_ ? fmt::format("\rveneer: {}\x1b[K", text)
                                : fmt::format("veneer: {}\n", text));
}

}  // namespace cmd
