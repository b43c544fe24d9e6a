// Renders diagnostics as the lines a user reads.
#include "layer/base/error.h"

#include <fmt/core.h>

#include <system_error>

#include "layer/base/utf8.h"

namespace layer {
namespace {

constexpr size_t kMostShown = size_t{16} << 10;  // bytes of one message
constexpr size_t kShownAtEnd = 1024;

// A name may be as long as an input.
std::string shortened(std::string_view text) {
  if (text.size() <= kMostShown) return with_escaped_bytes(text);
  return with_escaped_bytes(text.substr(0, kMostShown - kShownAtEnd)) + "..." +
         with_escaped_bytes(text.substr(text.size() - kShownAtEnd));
}

// One line, whatever names are in it: they may come from an image that somebody else made.
std::string message_line(const Position& position, std::string_view severity,
                         std::string_view message) {
  return fmt::format("{}: {}: {}\n", shortened(position.to_string()), severity, shortened(message));
}

}  // namespace

std::string Position::to_string() const {
  if (file.empty()) return "veneer";
  if (line == 0) return file;
  if (column == 0) return fmt::format("{}:{}", file, line);
  return fmt::format("{}:{}:{}", file, line, column);
}

std::string Diagnostic::to_string(std::string_view severity) const {
  std::string text = message_line(position, severity, message);
  for (const Note& note : notes) text += message_line(note.position, "note", note.message);
  if (!help.empty()) text += message_line(position, "help", help);
  return text;
}

Error::Error(Position position, std::string message)
    : diagnostics_{{std::move(position), std::move(message), {}, {}}} {
  render();
}

Error::Error(std::string message) : Error(Position{}, std::move(message)) {}

Error::Error(std::vector<Diagnostic> diagnostics) : diagnostics_(std::move(diagnostics)) {
  render();
}

Error&& Error::with_note(Position position, std::string message) && {
  diagnostics_.back().notes.push_back({std::move(position), std::move(message)});
  render();
  return std::move(*this);
}

Error&& Error::with_help(std::string help) && {
  diagnostics_.back().help = std::move(help);
  render();
  return std::move(*this);
}

void Error::render() {
  text_.clear();
  for (const Diagnostic& diagnostic : diagnostics_) text_ += diagnostic.to_string("error");
}

Error system_error(std::string_view path, std::string_view action, int error_number) {
  return Error(Position{std::string(path)},
               fmt::format("{}: {}", action, std::generic_category().message(error_number)));
}

void Diagnostics::error(Diagnostic diagnostic) {
  if (errors_.size() < kMaxErrors) {
    errors_.push_back(std::move(diagnostic));
  } else {
    ++dropped_errors_;
  }
}

void Diagnostics::throw_if_errors() const {
  if (errors_.empty()) return;
  std::vector<Diagnostic> all = errors_;
  if (dropped_errors_ > 0) {
    all.emplace_back().message = fmt::format("{} more errors of this kind", dropped_errors_);
  }
  throw Error(std::move(all));
}

}  // namespace layer
