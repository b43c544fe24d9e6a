// Colours are the first sixteen of ECMA-48's "select graphic rendition", which every terminal has.
#include "cmd/report/manners.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace cmd {
namespace {

Manners manners_of_run;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): none sets any
  return value == nullptr ? std::string_view() : value;
}

bool has_colors(std::FILE* out) {
  if (manners_of_run.color != ColorWhen::kAuto) {
    return manners_of_run.color == ColorWhen::kAlways;
  }
  if (!variable("NO_COLOR").empty()) return false;
  const std::string_view force = variable("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  const std::string_view terminal = variable("TERM");
  if (terminal.empty() || terminal == "dumb") return false;
  // The streams themselves have no number (standard_streams.h).
  return ::isatty(out == stderr ? STDERR_FILENO : STDOUT_FILENO) == 1;
}

std::string_view codes_of(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kError:
      return "1;31";
    case Style::kWarning:
      return "1;33";
    case Style::kNote:
      return "1;36";
    case Style::kHelp:
      return "1;32";
    case Style::kHeading:
      return "1";
    case Style::kAdded:
      return "32";
    case Style::kRemoved:
      return "31";
    case Style::kChanged:
      return "33";
  }
  return "";
}

std::string in_codes(Style style, std::string_view text) {
  return fmt::format("\x1b[{}m{}\x1b[0m", codes_of(style), text);
}

// A line without its LF, "PLACE: SEVERITY: MESSAGE". The first severity in it counts.
std::string diagnostic_in_codes(std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, Style>, 4> kSeverities = {{
      {": error: ", Style::kError},
      {": warning: ", Style::kWarning},
      {": note: ", Style::kNote},
      {": help: ", Style::kHelp},
  }};
  size_t at = line.npos;
  std::string_view name;
  Style style = Style::kPlain;
  for (const auto& [severity, its_style] : kSeverities) {
    const size_t found = line.find(severity);
    if (found >= at) continue;
    at = found;
    name = severity.substr(2, severity.size() - 3);
    style = its_style;
  }
  if (at == line.npos) return std::string(line);
  return fmt::format("{} {}{}", in_codes(Style::kHeading, line.substr(0, at + 1)),
                     in_codes(style, name), line.substr(at + 2 + name.size()));
}

}  // namespace

void set_manners(const Manners& manners) {
  manners_of_run = manners;
}

Verbosity verbosity() {
  return manners_of_run.verbosity;
}

bool is_quiet() {
  return verbosity() == Verbosity::kQuiet;
}

bool is_verbose() {
  return verbosity() == Verbosity::kVerbose;
}

std::string styled(std::FILE* out, Style style, std::string_view text) {
  if (style == Style::kPlain || text.empty() || !has_colors(out)) return std::string(text);
  return in_codes(style, text);
}

std::string styled_diagnostics(std::FILE* out, std::string_view lines) {
  if (!has_colors(out)) return std::string(lines);
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text += diagnostic_in_codes(lines.substr(0, end));
    if (end < lines.size()) text += '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

}  // namespace cmd
