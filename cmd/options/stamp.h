// Values that a build system knows about the build, for texts of the image: --stamp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "layer/base/error.h"

namespace cmd {

// The values of status files, as Bazel's --workspace_status_command makes them: lines `KEY VALUE`.
// Source: Bazel's user manual, "workspace status".
class StampValues {
 public:
  // Adds the values of a file; they replace earlier ones. Throws Error if it cannot be read.
  void read(const std::string& file);

  // Lets every KEY have the value that Bazel gives it in a build without --stamp: BUILD_TIMESTAMP is
  // 0, all others are "redacted".
  void redact();

  // Replaces each {KEY} by its value. A KEY is upper-case letters, digits and '_'; ${KEY} is another
  // thing. Without files and redact() the text stays as it is. Throws Error for a KEY that no file
  // has, and for a value that is not UTF-8.
  std::string expand(std::string_view text) const;

 private:
  std::string_view value(std::string_view key) const;

  enum class From : uint8_t { kNothing, kFiles, kRedacted };
  From from_ = From::kNothing;
  struct Value {
    std::string text;
    layer::Position position;
  };
  std::map<std::string, Value, std::less<>> values_;
};

// Adds --stamp, whose files are read when it is parsed, and --unstamped. Declare them before the
// options that expand_with changes, for CLI11 takes options in the order in which they were
// declared. `values` outlives `app`.
void add_stamp_option(CLI::App& app, StampValues& values);

// A transformation of an option's value. `values` outlives the validator.
CLI::Validator expand_with(const StampValues& values);

}  // namespace cmd
