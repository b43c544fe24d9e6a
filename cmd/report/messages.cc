// Writes to stderr, which is for people, and lines of results.
#include "cmd/report/messages.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "cmd/report/caller.h"
#include "cmd/report/columns.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

MessageRecorder* recorder = nullptr;

// "filesystem error: ACTION: CAUSE [PATH]", as the library says it.
std::string error_text(const std::filesystem::filesystem_error& error) {
  constexpr std::string_view kStart = "filesystem error: ";
  std::string_view text = error.what();
  if (text.starts_with(kStart)) text.remove_prefix(kStart.size());
  const std::string_view action = text.substr(0, text.find(": "));
  return layer::system_error(error.path1().native(), action, error.code().value()).what();
}

std::string error_text(const std::exception& error) {
  if (const auto* fault = dynamic_cast<const layer::Error*>(&error)) return fault->what();
  if (const auto* fault = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    return error_text(*fault);
  }
  const auto* refusal = dynamic_cast<const std::system_error*>(&error);
  if (refusal != nullptr && refusal->code() == std::errc::resource_unavailable_try_again) {
    return layer::Error(fmt::format("cannot make a thread: {}", refusal->what())).what();
  }
  constexpr std::string_view kNoThread = "pthread_create has failed: ";  // as TBB says it
  std::string text = error.what();
  if (text.starts_with(kNoThread)) text = "cannot make a thread: " + text.substr(kNoThread.size());
  return layer::Error(std::move(text)).what();
}

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
      return print_diagnostics(stderr, error_text(error));
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
