// Says what each word of a command line is, and finds those that name no command and no option.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cmd/words/argument.h"

namespace cmd {

enum class WordKind : uint8_t {
  kCommand,  // a sub-command
  kOption,   // an option, with or without its value
  kValue,    // the value of the option before it
  kMark,     // "--": what follows is plain
  kPlain,    // neither
};

struct Word {
  WordKind kind = WordKind::kPlain;
  const CLI::App* command = nullptr;    // whose word it is; of a kCommand: that command
  const CLI::Option* option = nullptr;  // of kOption (of flags written together: the last), kValue
  std::string value;                    // of kOption: what is written behind its name
};

// Wrong usage whose message begins with its place, as at_origin() makes it.
class PlacedError : public CLI::ParseError {
 public:
  using CLI::ParseError::ParseError;
};

// Reads words from left to right as CLI11 does. `app` outlives it.
class WordReader {
 public:
  explicit WordReader(const CLI::App& app) : command_(&app) {}

  // Whether the next word is the value of an option.
  bool expects_value() const { return awaiting_ != nullptr; }
  // Throws PlacedError, with the nearest names that exist, for a command or an option that
  // there is none of. CLI11 alone would first complain of what is missing because of it.
  Word read(const Argument& argument);

 private:
  Word read_option(const Argument& argument, const std::string& text);

  const CLI::App* command_;
  const CLI::Option* awaiting_ = nullptr;
  bool is_past_mark_ = false;
};

// A word for each argument. Throws as WordReader does.
std::vector<Word> read_words(const CLI::App& app, const std::vector<Argument>& arguments);

// The command of this name. Throws likewise if `app` has none.
const CLI::App& find_command(const CLI::App& app, const std::string& name);

// "veneer store gc".
std::string full_name(const CLI::App& command);

// "FILE:LINE: error: MESSAGE" for an argument of a file whose user wrote that file; else
// "veneer: error: MESSAGE".
std::string at_origin(const Argument& argument, const std::string& message);

}  // namespace cmd
