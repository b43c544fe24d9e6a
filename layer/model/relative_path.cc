// Checks and normalises relative paths, component by component.
#include "layer/model/relative_path.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace layer {
namespace {

// Cuts the first component off `rest`, with the '/' that ends it.
std::string_view take_component(std::string_view& rest) {
  const size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view component = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return component;
}

constexpr size_t kShown = 100;  // at either end of a path that is too long

}  // namespace

std::string_view path_fault(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kMaxPath) return "is longer than 4095 bytes, which no system can open";
  if (path.front() == '/') return "is absolute";
  if (path.find('\0') != std::string_view::npos) return "holds a NUL byte";
  if (path.back() == '/') return "has an empty component";
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view component = take_component(rest);
    if (component.empty()) return "has an empty component";
    if (component == ".") return "has a '.' component";
    if (component == "..") return "has a '..' component";
    if (component.size() > kMaxName) {
      return "has a component of more than 255 bytes, which no file system can hold";
    }
  }
  return {};
}

std::string_view link_text_fault(std::string_view text) {
  if (text.size() > kMaxPath) return "is longer than 4095 bytes, which no file system can hold";
  if (text.find('\0') != std::string_view::npos) return "holds a NUL byte";
  return {};
}

std::string path_message(std::string_view path) {
  const std::string_view why = path_fault(path);
  return why.empty() ? std::string() : fmt::format("path '{}' {}", shown_path(path), why);
}

std::string link_message(std::string_view path, std::string_view text) {
  const std::string_view why = link_text_fault(text);
  if (why.empty()) return {};
  return fmt::format("the text '{}' of the link '{}' {}", shown_path(text), path, why);
}

std::string shown_path(std::string_view path) {
  if (path.size() <= kMaxPath) return std::string(path);
  return fmt::format("{}...{}", path.substr(0, kShown), path.substr(path.size() - kShown));
}

std::string_view normalize_path(std::string_view path, StringArena& arena) {
  std::string normal;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view component = take_component(rest);
    if (component.empty() || component == ".") continue;
    if (!normal.empty()) normal += '/';
    normal += component;
  }
  return arena.copy(normal);
}

}  // namespace layer
