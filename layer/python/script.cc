// Takes the first lines apart.
#include "layer/python/script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "layer/disk/file_reader.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

constexpr size_t kLongestFirstLine = 127;  // that Linux takes whole since its version 2 (execve(2))
constexpr std::string_view kShell = "#!/bin/sh\n";
constexpr std::string_view kExec = "'''exec' ";
constexpr std::string_view kShellEnd = "' '''";

// The first lines of a script: what they run, and the text behind them.
struct ScriptHead {
  std::string_view interpreter;
  std::string_view arguments;  // with the space before them
  std::string_view rest;
};

// The line that `text` begins with, without its end; `text` loses it.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The word of a shell that `text` begins with, as installers quote a path: whole, or not at all.
std::string_view first_word(std::string_view text) {
  const char quote = text.empty() ? '\0' : text.front();
  if (quote != '"' && quote != '\'') return text.substr(0, text.find(' '));
  const size_t end = text.find(quote, 1);
  return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
}

std::optional<ScriptHead> head_of(std::string_view text) {
  if (text.starts_with(kShell)) {
    text.remove_prefix(kShell.size());
    const std::string_view exec = take_line(text);
    const std::string_view end = take_line(text);
    if (!exec.starts_with(kExec) || end != kShellEnd) return std::nullopt;
    return ScriptHead{first_word(exec.substr(kExec.size())), {}, text};
  }
  if (!text.starts_with("#!")) return std::nullopt;
  std::string_view line = take_line(text).substr(2);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const size_t space = std::min(line.find(' '), line.size());
  return ScriptHead{line.substr(0, space), line.substr(space), text};
}

std::string head_text(std::string_view interpreter, std::string_view arguments) {
  const bool fits = 2 + interpreter.size() + arguments.size() <= kLongestFirstLine &&
                    interpreter.find(' ') == std::string_view::npos;
  if (fits) return fmt::format("#!{}{}\n", interpreter, arguments);
  return fmt::format("{}{}\"{}\"{} \"$0\" \"$@\"\n{}\n", kShell, kExec, interpreter, arguments,
                     kShellEnd);
}

// What is in front of the environment's place, and behind it, where a shell's script sets it in a
// line of its own. Those with "export" and "cygpath" are of Python 3.13.
struct PlaceAssignment {
  std::string_view front;
  std::string_view back;
};
constexpr std::array<PlaceAssignment, 5> kAssignments = {{{"VIRTUAL_ENV=$(cygpath ", ")"},
                                                          {"VIRTUAL_ENV=", ""},
                                                          {"export VIRTUAL_ENV=", ""},
                                                          {"setenv VIRTUAL_ENV ", ""},
                                                          {"set -gx VIRTUAL_ENV ", ""}}};

// As Python's shlex.quote() does.
std::string quoted_word(std::string_view word) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@%+=:,./-_").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\"'\"'";
    } else {
      quoted += c;
    }
  }
  return quoted += '\'';
}

// The line with the path that it assigns quoted as that path needs it.
std::string with_path_quoted(std::string_view line) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  for (const auto& [front, back] : kAssignments) {
    const std::string_view assignment = line.substr(indent);
    if (!assignment.starts_with(front) || !assignment.ends_with(back)) continue;
    const size_t begin = indent + front.size();
    std::string_view value = line.substr(begin, line.size() - begin - back.size());
    const bool is_quoted =
        value.size() > 2 && value.front() == '\'' && value.find('\'', 1) == value.size() - 1;
    if (is_quoted) value = value.substr(1, value.size() - 2);
    if (!value.starts_with('/')) break;
    return fmt::format("{}{}{}", line.substr(0, begin), quoted_word(value), back);
  }
  return std::string(line);
}

}  // namespace

std::string moved_activation(std::string_view text, const MovedPaths& moves) {
  const std::string moved = moves.replace_in(text);
  std::string result;
  for (size_t at = 0; at < moved.size();) {
    const size_t end = std::min(moved.find('\n', at), moved.size());
    result += with_path_quoted(std::string_view(moved).substr(at, end - at));
    if (end < moved.size()) result += '\n';
    at = end + 1;
  }
  return result;
}

std::optional<std::string> moved_script(std::string_view text, const MovedPaths& moves) {
  const std::optional<ScriptHead> head = head_of(text);
  if (!head || !is_interpreter_name(base_name(head->interpreter))) return std::nullopt;
  const std::optional<std::string> moved = moves.find(head->interpreter);
  if (!moved) return std::nullopt;
  return head_text(*moved, head->arguments) + std::string(head->rest);
}

std::optional<std::string> script_run_by(std::string_view text, std::string_view interpreter) {
  const std::optional<ScriptHead> head = head_of(text);
  if (!head || !head->interpreter.starts_with('/')) return std::nullopt;
  if (!is_interpreter_name(base_name(head->interpreter))) return std::nullopt;
  return head_text(interpreter, head->arguments) + std::string(head->rest);
}

bool begins_a_script(const std::string& path) {
  FileReader reader(path);
  std::array<std::byte, 2> head{};
  return reader.read(head) == head.size() && head[0] == std::byte{'#'} && head[1] == std::byte{'!'};
}

bool is_python_script(std::string_view text) {
  const std::optional<ScriptHead> head = head_of(text);
  if (!head) return false;
  if (is_interpreter_name(base_name(head->interpreter))) return true;
  const size_t name = head->arguments.find_first_not_of(' ');
  return base_name(head->interpreter) == "env" && name != std::string_view::npos &&
         is_interpreter_name(first_word(head->arguments.substr(name)));
}

}  // namespace layer
