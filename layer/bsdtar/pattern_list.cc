// Keeps plain paths in a tree of their components, which a name is followed through.
#include "layer/bsdtar/pattern_list.h"

#include <algorithm>
#include <optional>

#include "layer/base/error.h"
#include "layer/model/string_arena.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

// The next component that says something; empty behind the last one.
std::string_view next_component(std::string_view& rest) {
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (!part.empty() && part != ".") return part;
  }
  return {};
}

// The path that a pattern is, if it means nothing else: a NamePattern would match the same.
std::optional<std::string_view> plain_path(std::string_view pattern) {
  if (pattern.ends_with('/')) pattern.remove_suffix(1);
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  const bool has_sign = pattern.empty() || pattern.starts_with('^') || pattern.ends_with('$') ||
                        pattern.find_first_of("*?[\\") != std::string_view::npos;
  if (has_sign) return std::nullopt;
  for (std::string_view rest = pattern; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part.empty() || part == ".") return std::nullopt;
    rest.remove_prefix(part.size());
    if (rest == "/") return std::nullopt;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return pattern;
}

}  // namespace

void PatternList::add(std::string_view pattern) {
  if (pattern.empty()) {
    throw Error("a pattern for names is empty").with_help("leave it out, or use '*' for all names");
  }
  const size_t index = patterns_.size();
  const std::string_view text = patterns_.emplace_back(Pattern{std::string(pattern)}).text;
  ++unmatched_;
  if (const auto path = plain_path(text)) {
    add_plain(*path, index);
  } else {
    globs_.push_back({NamePattern(text, use_), index});
  }
}

void PatternList::add_file(const std::string& path, bool ends_in_nul) {
  StringArena arena;
  std::string_view rest = read_input_file(path, arena);
  while (!rest.empty()) {
    std::string_view line =
        ends_in_nul ? rest.substr(0, rest.find('\0')) : rest.substr(0, rest.find_first_of("\r\n"));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line = line.substr(0, line.find('\0'));
    if (!line.empty()) add(line);
  }
}

void PatternList::add_plain(std::string_view path, size_t index) {
  size_t node = 0;
  while (!path.empty()) {
    const auto [below, is_new] =
        nodes_[node].below.try_emplace(next_component(path), nodes_.size());
    if (is_new) nodes_.emplace_back();
    node = below->second;
  }
  nodes_[node].is_end = true;
  nodes_[node].unseen.push_back(index);
}

// Follows the beginning of a name through the tree.
bool PatternList::match_from(std::string_view rest) {
  bool has_matched = false;
  for (size_t node = 0;;) {
    const auto below = nodes_[node].below.find(next_component(rest));
    if (below == nodes_[node].below.end()) return has_matched;
    node = below->second;
    Node& found = nodes_[node];
    std::string_view left = rest;
    const bool takes = use_ != PatternUse::kIncludeItself || next_component(left).empty();
    if (!found.is_end || !takes) continue;
    if (use_ == PatternUse::kExclude) return true;
    for (const size_t index : found.unseen) note(index);
    found.unseen.clear();
    has_matched = true;
  }
}

bool PatternList::match_plain(const MatchedName& name) {
  std::string_view rest = name.text();
  if (nodes_.front().below.empty()) return false;
  if (use_ != PatternUse::kExclude) return !rest.starts_with('/') && match_from(rest);
  while (!rest.empty()) {
    if (match_from(rest)) return true;
    next_component(rest);
  }
  return false;
}

void PatternList::note(size_t index) {
  if (patterns_[index].has_matched) return;
  patterns_[index].has_matched = true;
  --unmatched_;
}

bool PatternList::matches(const MatchedName& name) {
  bool has_matched = match_plain(name);
  if (has_matched && use_ == PatternUse::kExclude) return true;
  for (const Glob& glob : globs_) {
    const bool is_of_use = !has_matched || !patterns_[glob.index].has_matched;
    if (!is_of_use || !glob.pattern.matches(name)) continue;
    if (use_ == PatternUse::kExclude) return true;
    note(glob.index);
    has_matched = true;
  }
  return has_matched;
}

std::vector<std::string> PatternList::unmatched() const {
  std::vector<std::string> texts;
  for (const Pattern& pattern : patterns_) {
    if (!pattern.has_matched) texts.push_back(pattern.text);
  }
  return texts;
}

}  // namespace layer
