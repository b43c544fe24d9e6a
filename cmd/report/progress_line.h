// How far the writing of layers is, or the sending of an image.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace cmd {

// Bytes that are done, of a total that may become known later; and the word for them.
struct Amount {
  const std::atomic<uint64_t>& done;
  const std::atomic<uint64_t>& total;
  std::string verb = "written";
};

// Shows on stderr how far it is, while it lives, and how long the rest will take. On a terminal that
// is one line, after half a second. Elsewhere it is a line every ten seconds if the log has a
// reader, `is_logged`, and nothing otherwise. What `amount` names outlives it.
class ProgressLine {
 public:
  ProgressLine(Amount amount, bool is_logged);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void run();
  void show(std::chrono::duration<double> time) const;

  const Amount amount_;
  const bool is_terminal_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool is_done_ = false;  // guarded by mutex_
  std::thread thread_;
};

// "1.2 GB of 5.2 GB written (23%), 310.0 MB/s, 13 s left". `done` is at most `total`.
std::string progress_text(uint64_t done, uint64_t total, std::chrono::duration<double> time,
                          std::string_view verb = "written");

}  // namespace cmd
