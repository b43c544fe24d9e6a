// Counts characters as UTF-8 has them: each as wide as any other.
#include "cmd/report/columns.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cmd/report/messages.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

constexpr size_t kPipeWidth = 100;
constexpr size_t kLeastWidth = 60;
constexpr size_t kUnlimited = SIZE_MAX / 2;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, begins_character));
}

// Where the character with this number begins.
size_t offset_of(std::string_view text, size_t character) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && character-- == 0) return i;
  }
  return text.size();
}

}  // namespace

size_t report_width() {
  if (is_verbose()) return kUnlimited;
  const size_t width = terminal_width(stdout);
  return width == 0 ? kPipeWidth : std::max(width, kLeastWidth);
}

size_t terminal_width(std::FILE* out) {
  struct winsize size = {};
  const int descriptor = out == stderr ? STDERR_FILENO : STDOUT_FILENO;
  if (is_verbose() || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::string fit(std::FILE* out, std::string_view row) {
  const size_t width = terminal_width(out);
  return width == 0 ? std::string(row) : cut_end(row, std::max(width, kLeastWidth));
}

std::string wrap(std::string_view lines, size_t width) {
  constexpr std::string_view kIndent = "  ";
  if (width == 0) return std::string(lines);
  std::string text;
  size_t column = 0;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find_first_of(" \n"), lines.size());
    const std::string_view word = lines.substr(0, end);
    const size_t length = count_characters(word);
    if (column > kIndent.size() && column + length > width) {
      text.back() = '\n';  // the space before the word
      text += kIndent;
      column = kIndent.size();
    }
    text += lines.substr(0, std::min(end + 1, lines.size()));
    const bool is_line_end = end < lines.size() && lines[end] == '\n';
    column = is_line_end ? 0 : column + length + 1;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

std::string cut_end(std::string_view text, size_t width) {
  std::string line = layer::with_escaped_bytes(text);
  if (count_characters(line) <= width) return line;
  line.resize(offset_of(line, width - 1));
  return line + "…";
}

std::string cut_begin(std::string_view path, size_t width) {
  std::string line = layer::with_escaped_bytes(path);
  const size_t length = count_characters(line);
  if (length <= width) return line;
  return "…" + line.substr(offset_of(line, length - width + 1));
}

std::string size_change(uint64_t before, uint64_t after) {
  if (before == after) return "0 B";
  return after > before ? "+" + human_size(after - before) : "-" + human_size(before - after);
}

std::string counted_as(uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace cmd
