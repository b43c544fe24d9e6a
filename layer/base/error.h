// Errors and warnings: what went wrong, where, and what to do about it.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

// A position in an input: a file and, if known, a line and a column (both from 1; 0: unknown).
struct Position {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;

  // "file:line:column" without what is unknown; "veneer" if the file is unknown too.
  std::string to_string() const;
};

struct Note {
  Position position;
  std::string message;
};

// One fault or warning, with the other places involved and, where known, a remedy.
struct Diagnostic {
  Position position;
  std::string message;
  std::vector<Note> notes;
  std::string help;

  // "position: severity: message", then a "note:" line per note and a "help:" line. Ends with LF.
  // Each is one line: what no terminal shows as it is, is escaped (layer/base/utf8.h).
  std::string to_string(std::string_view severity) const;
};

// The project's one exception: a function could not do its job because of its input or the system.
// Carries one diagnostic or, from a pass that collects them, several.
class Error : public std::exception {
 public:
  Error(Position position, std::string message);
  explicit Error(std::string message);
  explicit Error(std::vector<Diagnostic> diagnostics);

  Error&& with_note(Position position, std::string message) &&;
  Error&& with_help(std::string help) &&;

  const char* what() const noexcept override { return text_.c_str(); }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  void render();

  std::vector<Diagnostic> diagnostics_;
  std::string text_;  // all diagnostics as lines, for what()
};

// "PATH: error: ACTION: what the system calls error_number".
Error system_error(std::string_view path, std::string_view action, int error_number);

// What one pass found: warnings to print, and errors to throw together at its end.
class Diagnostics {
 public:
  // At most this many errors are kept; the rest are counted.
  static constexpr size_t kMaxErrors = 20;

  void warn(Diagnostic diagnostic) { warnings_.push_back(std::move(diagnostic)); }
  void error(Diagnostic diagnostic);

  // If there are errors, throws one Error that carries all of them.
  void throw_if_errors() const;

  const std::vector<Diagnostic>& warnings() const { return warnings_; }

 private:
  std::vector<Diagnostic> warnings_;
  std::vector<Diagnostic> errors_;
  size_t dropped_errors_ = 0;
};

}  // namespace layer
