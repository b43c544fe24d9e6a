// Replaces paths where their formats have them.
#include "layer/python/editable.h"

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "layer/read/input_file.h"

namespace layer {
namespace {

namespace fs = std::filesystem;

bool is_on_disk(std::string_view path) {
  std::error_code ignored;  // what cannot be looked at, Python does not find either
  return fs::exists(path, ignored);
}

void report_outside(const NamingFile& file, uint32_t line, std::string_view path,
                    Diagnostics& found) {
  const std::string who =
      file.project.empty() ? std::string("the sources")
                           : fmt::format("'{}' is installed in place: its sources", file.project);
  found.error({{file.path, line},
               fmt::format("{} are in '{}', which is in no --app", who, path),
               {},
               fmt::format("add --app '{}', or install it as a package: `uv sync --no-editable`, "
                           "`pip install` without -e",
                           path)});
}

// What a line of a *.pth file is at the new place.
std::string moved_line(const NamingFile& file, uint32_t number, std::string_view line,
                       std::string_view site, const MovedPaths& moves, Diagnostics& found) {
  std::string_view path = line;
  while (!path.empty() && (path.back() == ' ' || path.back() == '\r' || path.back() == '\t')) {
    path.remove_suffix(1);
  }
  if (path.empty() || path.starts_with('#')) return std::string(line);
  if (path.starts_with("import ") || path.starts_with("import\t")) return moves.replace_in(line);
  const std::string whole =
      (fs::path(site) / fs::path(path)).lexically_normal().string();  // an absolute one stays so
  const bool is_relative = !path.starts_with('/');
  if (const std::optional<std::string> moved = moves.find(whole)) {
    const bool stays_inside = is_relative && path.find("..") == std::string_view::npos;
    return stays_inside ? std::string(line) : *moved;
  }
  if (is_on_disk(whole)) report_outside(file, number, whole, found);
  return std::string(line);
}

// The lines of a finder that hold paths: `MAPPING: dict[str, str] = {'a': '/src/a'}`.
bool holds_paths(std::string_view line) {
  return line.starts_with("MAPPING") || line.starts_with("NAMESPACES");
}

// Where a literal begins that is an absolute path, with its quote; npos if there is none.
size_t find_path_literal(std::string_view line) {
  for (size_t at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
    if (at > 0 && (line[at - 1] == '\'' || line[at - 1] == '"')) return at - 1;
  }
  return std::string_view::npos;
}

// Each literal of a line that is an absolute path, moved.
std::string moved_literals(const NamingFile& file, uint32_t number, std::string_view line,
                           const MovedPaths& moves, Diagnostics& found) {
  std::string result;
  while (true) {
    const size_t begin = find_path_literal(line);
    const size_t end = begin == std::string_view::npos ? begin : line.find(line[begin], begin + 1);
    if (end == std::string_view::npos) return result += line;
    const std::string_view path = line.substr(begin + 1, end - begin - 1);
    const std::optional<std::string> moved = moves.find(path);
    if (!moved) report_outside(file, number, path, found);
    result += line.substr(0, begin + 1);
    result += moved ? *moved : std::string(path);
    result += line[end];
    line.remove_prefix(end + 1);
  }
}

}  // namespace

std::string moved_pth(const NamingFile& file, std::string_view site, const MovedPaths& moves,
                      Diagnostics& found) {
  std::string result;
  Lines lines(file.text);
  while (lines.next()) {
    if (lines.number() > 1) result += '\n';
    result += moved_line(file, lines.number(), lines.line(), site, moves, found);
  }
  return file.text.ends_with('\n') ? result + '\n' : result;
}

std::string moved_finder(const NamingFile& file, const MovedPaths& moves, Diagnostics& found) {
  std::string result;
  Lines lines(file.text);
  while (lines.next()) {
    const std::string_view line = lines.line();
    result += holds_paths(line) ? moved_literals(file, lines.number(), line, moves, found)
                                : std::string(line);
    result += '\n';
  }
  return result;
}

std::string moved_direct_url(std::string_view text, const MovedPaths& moves) {
  constexpr std::string_view kFile = "file://";
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return std::string(text);
  const nlohmann::json info = json.value("dir_info", nlohmann::json::object());
  const auto editable = info.find("editable");
  const auto url = json.find("url");
  const bool is_editable = editable != info.end() && *editable == true;
  if (!is_editable || url == json.end() || !url->is_string()) return std::string(text);
  const std::string& from = url->get_ref<const std::string&>();
  if (!from.starts_with(kFile)) return std::string(text);
  const std::string path = from.substr(kFile.size());
  std::optional<std::string> moved = moves.find(path);
  if (!moved) moved = moves.find_below(path);
  const size_t at = text.find(from);  // as it is written: paths rarely need escapes
  if (!moved || at == std::string_view::npos) return std::string(text);
  return fmt::format("{}{}{}{}", text.substr(0, at), kFile, *moved, text.substr(at + from.size()));
}

}  // namespace layer
