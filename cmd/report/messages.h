// Prints what people read on stderr: warnings, notes, progress. Also words sizes and numbers.
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

// Prints each warning, with its notes, to stderr.
void print_warnings(const std::vector<layer::Diagnostic>& warnings);
// The same for what is no warning.
void print_note(const layer::Diagnostic& note);

// Records what these two print while it lives, so that a later run that finds its work done can
// print the same. Only one may live at a time, and only one thread may print meanwhile.
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

// Prints the text of a recorder to stderr.
void print_message(const std::string& text);

// "12.3 MB"; powers of 1000, as registries and docker count.
std::string human_size(uint64_t bytes);

// "1 file", "2 files".
std::string counted(uint64_t number, std::string_view noun);

// Shows on stderr how far the writing is, while it lives: only on a terminal, and only after a
// moment, so that short work stays quiet. `progress` outlives it.
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
