// Replaces each flag file by its lines, one argument per line.
#include "cmd/words/flagfile.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "cmd/words/known_words.h"
#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace cmd {
namespace {

constexpr std::string_view kLong = "--flagfile=";

std::string flagfile_of(std::string_view argument) {
  if (argument.starts_with(kLong)) return std::string(argument.substr(kLong.size()));
  if (argument.starts_with('@')) return std::string(argument.substr(1));
  return {};
}

class FlagfileReader {
 public:
  explicit FlagfileReader(const CLI::App& app) : words_(app) {}

  void add(Argument argument, size_t level) {
    const std::string file = words_.expects_value() ? std::string() : flagfile_of(argument.text);
    if (file.empty()) {
      read_word(argument);
      arguments_.push_back(std::move(argument));
    } else {
      add_file(file, argument.origin, level + 1);
    }
  }

  std::vector<Argument> take() { return std::move(arguments_); }

 private:
  // Behind a word that is unknown, none is taken for a value. The caller reports that word.
  void read_word(const Argument& argument) {
    if (is_lost_) return;
    try {
      words_.read(argument);
    } catch (const PlacedError&) {
      is_lost_ = true;
    }
  }

  void add_file(const std::string& file, const layer::Position& origin, size_t level) {
    if (level > kMostFlagfileLevels) {
      throw layer::Error(origin, fmt::format("names the flag file '{}', the {}th in each other; "
                                             "at most {} may be",
                                             file, level, kMostFlagfileLevels));
    }
    if (++files_ > kMostFlagfiles) {
      throw layer::Error(origin, fmt::format("names the flag file '{}', but {} are read already",
                                             file, kMostFlagfiles));
    }
    layer::StringArena arena;
    layer::Lines lines(read(file, origin, arena), layer::LineEnd::kLfOrCrLf);
    while (lines.next()) {
      const bool may_be_comment = !words_.expects_value();
      if (may_be_comment && (lines.line().empty() || lines.line().starts_with('#'))) continue;
      add({std::string(lines.line()), {file, lines.number(), 0}}, level);
    }
  }

  static std::string_view read(const std::string& file, const layer::Position& origin,
                               layer::StringArena& arena) {
    try {
      return layer::read_input_file(file, arena);
    } catch (layer::Error& error) {
      if (origin.file.empty()) throw;
      throw std::move(error).with_note(origin, "is where it is named");
    }
  }

  WordReader words_;
  std::vector<Argument> arguments_;
  size_t files_ = 0;
  bool is_lost_ = false;
};

}  // namespace

std::vector<Argument> expand_flagfiles(const std::vector<std::string>& arguments,
                                       const CLI::App& app) {
  FlagfileReader reader(app);
  for (const std::string& argument : arguments) reader.add({argument}, 0);
  return reader.take();
}

}  // namespace cmd
