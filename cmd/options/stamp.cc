// Finds {KEY} in texts, and looks KEY up.
#include "cmd/options/stamp.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "cmd/options/check_with.h"
#include "layer/base/error.h"
#include "layer/base/utf8.h"
#include "layer/read/input_file.h"

namespace cmd {
namespace {

constexpr std::string_view kKeyBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

// The key of the {KEY} that begins at `start`; empty if none does.
std::string_view key_at(std::string_view text, size_t start) {
  if (text[start] != '{' || (start > 0 && text[start - 1] == '$')) return {};
  const size_t end = std::min(text.find_first_not_of(kKeyBytes, start + 1), text.size());
  return end < text.size() && text[end] == '}' ? text.substr(start + 1, end - start - 1)
                                               : std::string_view();
}

}  // namespace

void StampValues::read(const std::string& file) {
  layer::LineReader lines(file, layer::LineEnd::kLfOrCrLf);
  while (lines.next()) {
    const std::string_view line = lines.line();
    const size_t end = std::min(line.find(' '), line.size());
    if (end == 0) continue;
    const std::string_view value = end < line.size() ? line.substr(end + 1) : std::string_view();
    values_.insert_or_assign(std::string(line.substr(0, end)),
                             Value{std::string(value), {file, lines.number(), 1}});
  }
  from_ = From::kFiles;
}

void StampValues::redact() {
  from_ = From::kRedacted;
}

std::string StampValues::expand(std::string_view text) const {
  if (from_ == From::kNothing) return std::string(text);
  std::string expanded;
  for (size_t at = 0; at < text.size();) {
    const std::string_view key = key_at(text, at);
    if (key.empty()) {
      expanded += text[at++];
    } else {
      expanded += value(key);
      at += key.size() + 2;
    }
  }
  return expanded;
}

std::string_view StampValues::value(std::string_view key) const {
  if (from_ == From::kRedacted) return key == "BUILD_TIMESTAMP" ? "0" : "redacted";
  const auto found = values_.find(key);
  if (found != values_.end()) {
    const auto& [text, position] = found->second;
    if (layer::is_utf8(text)) return text;
    throw layer::Error(fmt::format("the value of '{{{}}}' in {} is not UTF-8: '{}'", key,
                                   position.to_string(), layer::with_escaped_bytes(text)));
  }
  std::vector<std::string_view> known;
  for (const auto& [name, value] : values_) known.push_back(name);
  throw layer::Error(fmt::format("no status file has the key of '{{{}}}'", key))
      .with_help(fmt::format("the keys are: {}", fmt::join(known, ", ")));
}

void add_stamp_option(CLI::App& app, StampValues& values) {
  CLI::Option* const files =
      app.add_option_function<std::vector<std::string>>(
             "--stamp", [](const std::vector<std::string>&) {},
             "Status file with lines 'KEY VALUE', as Bazel writes it; repeatable. {KEY} in a "
             "label, "
             "an annotation, a variable, the author, the creation time and the image's name is "
             "replaced by VALUE")
          ->type_name("FILE")
          ->allow_extra_args(false)
          ->check(check_with([&values](const std::string& file) { values.read(file); }))
          ->group("Image");
  app.add_flag_callback(
         "--unstamped", [&values] { values.redact(); },
         "Replace {BUILD_TIMESTAMP} by 0 and every other {KEY} by 'redacted', as Bazel does in "
         "builds "
         "without --stamp")
      ->excludes(files)
      ->group("Image");
}

CLI::Validator expand_with(const StampValues& values) {
  return check_with([&values](std::string& text) { text = values.expand(text); });
}

}  // namespace cmd
