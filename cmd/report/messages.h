// What the command line says to people: warnings, sizes, progress.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "layer/base/error.h"
#include "layer/write/layer_writer.h"

namespace cmd {

// Each warning, with its notes, to stderr.
void print_warnings(const std::vector<layer::Diagnostic>& warnings);
// What is no warning.
void print_note(const layer::Diagnostic& note);

// Keeps what these two print while it lives, for a run that finds its work done and has the same to
// say. One at a time, from one thread.
class MessageRecorder {
 public:
  MessageRecorder();
  ~MessageRecorder();
  MessageRecorder(const MessageRecorder&) = delete;
  MessageRecorder& operator=(const MessageRecorder&) = delete;

  const std::string& text() const { return text_; }

 private:
  friend void print_message(const std::string& text);
  std::string text_;
};

// Text of a recorder, to stderr.
void print_message(const std::string& text);

// "12.3 MB"; powers of 1000, as registries and docker count.
std::string human_size(uint64_t bytes);

// "1 file", "2 files".
std::string counted(uint64_t number, std::string_view noun);

// Shows on stderr, while it lives, how far the writing is: only on a terminal and only after a
// moment, so that short work stays quiet.
class ProgressLine {
 public:
  explicit ProgressLine(const layer::Progress& progress);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void run();

  const layer::Progress& progress_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace cmd
