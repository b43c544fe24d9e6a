// Prints what people read: lines, warnings, notes. Also words sizes and numbers.
#pragma once

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/report/manners.h"
#include "layer/base/error.h"

namespace cmd {

// Prints a text to stdout or stderr. What stderr does not take is lost, which changes nothing of
// what a run does. Throws layer::Error if stdout does not take it.
void print_to(std::FILE* out, std::string_view text);
// The same for one line, which is given without LF. What no terminal shows as it is, is escaped.
void print_line(std::FILE* out, std::string_view line, Style style = Style::kPlain);
// The same for lines of layer::Diagnostic::to_string(), in the caller's words, in colour and
// wrapped at the width of a terminal.
void print_diagnostics(std::FILE* out, const std::string& lines);

// Says on stderr why a run failed, a line for each fault. Needs no memory to say that there is none.
void print_error(const std::exception& error);

// Prints each warning, with its notes, to stderr.
void print_warnings(const std::vector<layer::Diagnostic>& warnings);
// The same for what is no warning. With --quiet it is not printed.
void print_note(const layer::Diagnostic& note);

// The note that tells of a lock that another process holds.
void print_wait_for_lock(const std::string& path);

// Records what these print while it lives, so that a later run that finds its work done can
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

// Prints the text of a recorder, lines of diagnostics, to stderr.
void print_message(const std::string& text);

// "12.3 MB"; powers of 1000, as registries and docker count.
std::string human_size(uint64_t bytes);

// "1 file", "2 files".
std::string counted(uint64_t number, std::string_view noun);

}  // namespace cmd
