// Writes to stderr, which is for people, and lines of results.
#include "cmd/report/messages.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <new>
#include <utility>

#include "cmd/report/caller.h"
#include "cmd/report/columns.h"
#include "cmd/report/failure.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

MessageRecorder* recorder = nullptr;

}  // namespace

void print_to(std::FILE* out, std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), out) == text.size() || out == stderr) return;
  throw layer::system_error("standard output", "cannot write", errno);
}

void print_line(std::FILE* out, std::string_view line, Style style) {
  print_to(out, styled(out, style, layer::with_escaped_bytes(line)) + '\n');
}

void print_diagnostics(std::FILE* out, const std::string& lines) {
  print_to(out, styled_diagnostics(out, wrap(in_words_of_caller(lines), terminal_width(out))));
}

void print_error(const std::exception& error) {
  try {
    if (dynamic_cast<const std::bad_alloc*>(&error) == nullptr) {
      return print_diagnostics(stderr, as_error(error).what());
    }
  } catch (const std::bad_alloc&) {
    // While the text was made, which is then lost.
  }
  print_to(stderr, "veneer: error: not enough memory\n");
}

MessageRecorder::MessageRecorder() {
  recorder = this;
}

MessageRecorder::~MessageRecorder() {
  recorder = nullptr;
}

void print_message(const std::string& text) {
  print_diagnostics(stderr, text);
  if (recorder != nullptr) recorder->text_ += text;
}

void print_warnings(const std::vector<layer::Diagnostic>& warnings) {
  for (const layer::Diagnostic& warning : warnings) print_message(warning.to_string("warning"));
}

void print_note(const layer::Diagnostic& note) {
  if (!is_quiet()) print_message(note.to_string("note"));
}

void print_wait_for_lock(const std::string& path) {
  print_note({{path}, "another process holds its lock; waiting for it", {}, {}});
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

}  // namespace cmd
