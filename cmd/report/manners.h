// How a run talks: how much, and in colour or not. Styles are what a terminal shows texts in.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace cmd {

enum class Verbosity : uint8_t {
  kQuiet,    // warnings, errors and what an option asks for, such as --json
  kNormal,   // also reports, notes and progress
  kVerbose,  // nothing is shortened
};

enum class ColorWhen : uint8_t { kAuto, kAlways, kNever };

struct Manners {
  Verbosity verbosity = Verbosity::kNormal;
  ColorWhen color = ColorWhen::kAuto;
};

// For the run that begins. A process that runs several command lines runs one at a time.
void set_manners(const Manners& manners);

Verbosity verbosity();
bool is_quiet();
bool is_verbose();

enum class Style : uint8_t {
  kPlain,
  kError,
  kWarning,
  kNote,
  kHelp,
  kHeading,  // also the place at the beginning of a message
  kAdded,
  kRemoved,
  kChanged,
};

// The text in the style if `out` is to have colours: --color decides, then NO_COLOR (no-color.org),
// then CLICOLOR_FORCE (bixense.com/clicolors); if none of them says anything, a terminal has them
// that $TERM does not call dumb.
std::string styled(std::FILE* out, Style style, std::string_view text);

// Lines of layer::Diagnostic::to_string() in the styles of their severities, likewise.
std::string styled_diagnostics(std::FILE* out, std::string_view lines);

}  // namespace cmd
