// Writes to stderr, which is for people.
#include "cmd/report/messages.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

#include "cmd/report/caller.h"

namespace cmd {
namespace {

MessageRecorder* recorder = nullptr;

}  // namespace

MessageRecorder::MessageRecorder() {
  recorder = this;
}

MessageRecorder::~MessageRecorder() {
  recorder = nullptr;
}

void print_message(const std::string& text) {
  fmt::print(stderr, "{}", in_words_of_caller(text));
  if (recorder != nullptr) recorder->text_ += text;
}

void print_warnings(const std::vector<layer::Diagnostic>& warnings) {
  for (const layer::Diagnostic& warning : warnings) print_message(warning.to_string("warning"));
}

void print_note(const layer::Diagnostic& note) {
  print_message(note.to_string("note"));
}

std::string human_size(uint64_t bytes) {
  static constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string counted(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

ProgressLine::ProgressLine(const layer::Progress& progress) : progress_(progress) {
  if (::isatty(STDERR_FILENO) == 1) thread_ = std::thread([this] { run(); });
}

ProgressLine::~ProgressLine() {
  done_ = true;
  if (thread_.joinable()) thread_.join();
}

void ProgressLine::run() {
  using namespace std::chrono_literals;
  constexpr auto kTick = 50ms;
  constexpr int kQuietTicks = 10;
  int ticks = 0;
  for (; !done_; ++ticks) {
    std::this_thread::sleep_for(kTick);
    const uint64_t total = progress_.tar_bytes_total;
    if (ticks < kQuietTicks || ticks % 2 != 0 || total == 0) continue;
    const uint64_t done = progress_.tar_bytes_done;
    fmt::print(stderr, "\rveneer: {} of {} ({}%)\x1b[K", human_size(done), human_size(total),
               100 * done / total);
  }
  if (ticks > kQuietTicks) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace cmd
