// One argument a line.
#include "cmd/flagfile.h"

#include <algorithm>
#include <string_view>

#include "layer/read/input_file.h"
#include "layer/string_arena.h"

namespace cmd {
namespace {

constexpr std::string_view kLong = "--flagfile=";

std::string flagfile_of(std::string_view argument) {
  if (argument.starts_with(kLong)) return std::string(argument.substr(kLong.size()));
  if (argument.starts_with('@')) return std::string(argument.substr(1));
  return {};
}

}  // namespace

std::optional<std::vector<std::string>> read_flagfile(const std::vector<std::string>& arguments) {
  const std::string file = arguments.size() == 1 ? flagfile_of(arguments.front()) : std::string();
  if (file.empty()) return std::nullopt;
  layer::StringArena arena;
  const std::string_view text = layer::read_input_file(file, arena);
  std::vector<std::string> read;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    read.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return read;
}

}  // namespace cmd
