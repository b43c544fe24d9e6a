// Matches a pattern, which is a list of steps, by tracking all places in the path that the steps so
// far may end at. So its time is bounded by steps times characters.
#include "layer/read/ignore_pattern.h"

#include <algorithm>

namespace layer {
namespace {

constexpr char32_t kNoCharacter = 0x110000;  // the first that is none; bytes are counted from it

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The path without what says nothing, as Go's path.Clean has it, and without a '/' before it.
std::string clean_pattern(std::string_view text) {
  const bool is_absolute = text.starts_with('/');
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty() || part == ".") continue;
    if (part != ".." || parts.empty() || parts.back() == "..") {
      if (part != ".." || !is_absolute) parts.push_back(part);
    } else {
      parts.pop_back();
    }
  }
  std::string clean;
  for (const std::string_view part : parts) {
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  return clean;
}

// How many bytes the character at the front of `text` has, by its first; 1 where it is none.
size_t character_size(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
  if (size > text.size()) return 1;
  const bool is_whole =
      std::ranges::all_of(text.substr(1, size - 1), [](char c) { return (c & 0xc0) == 0x80; });
  return is_whole ? size : 1;
}

}  // namespace

std::u32string to_characters(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const size_t size = character_size(text);
    const auto lead = static_cast<uint8_t>(text.front());
    char32_t character = lead;
    if (size == 1 && lead >= 0x80) character = kNoCharacter + lead;
    if (size > 1) character = lead & (0xffU >> (size + 1));
    for (size_t i = 1; i < size; ++i) {
      character = character << 6U | (static_cast<uint8_t>(text[i]) & 0x3fU);
    }
    characters += character;
    text.remove_prefix(size);
  }
  return characters;
}

bool IgnorePattern::Step::takes(char32_t c) const {
  switch (kind) {
    case StepKind::kCharacter:
      return c == character;
    case StepKind::kOne:
    case StepKind::kStar:
      return c != U'/';
    case StepKind::kClass:
      return is_negated != std::ranges::any_of(ranges, [c](const auto& range) {
               return range.first <= c && c <= range.second;
             });
    case StepKind::kDirectories:
    case StepKind::kAll:
      break;
  }
  return true;
}

IgnorePattern::IgnorePattern(std::string_view text, std::string& fault) {
  text = trim_space(text);
  if (text.starts_with('!')) {
    is_exception_ = true;
    text = trim_space(text.substr(1));
  }
  if (text.empty()) fault = "names nothing";
  read_steps(to_characters(clean_pattern(text)), fault);
}

// "[a-z]" at `at`; where it ends.
size_t IgnorePattern::read_class(std::u32string_view text, size_t at, std::string& fault) {
  constexpr const char* kUnclosed = "has a '[' without its ']'";
  Step step{.kind = StepKind::kClass};
  ++at;
  if (at < text.size() && text[at] == U'^') {
    step.is_negated = true;
    ++at;
  }
  const auto read_one = [&](char32_t& character) {
    if (at < text.size() && (text[at] == U'-' || text[at] == U']')) {
      fault = "has a literal '-' or ']' inside '[...]': write '\\-' or '\\]'";
      return false;
    }
    if (at < text.size() && text[at] == U'\\') ++at;
    if (at >= text.size()) {
      fault = kUnclosed;
      return false;
    }
    character = text[at++];
    return true;
  };
  while (step.ranges.empty() || at >= text.size() || text[at] != U']') {
    char32_t first = 0;
    if (!read_one(first)) return text.size();
    char32_t last = first;
    if (at < text.size() && text[at] == U'-') {
      ++at;
      if (!read_one(last)) return text.size();
    }
    if (last < first) fault = "has a range whose end is before its beginning";
    step.ranges.emplace_back(first, last);
  }
  steps_.push_back(std::move(step));
  return at + 1;
}

// "**" at `at`; where it and its '/' end.
size_t IgnorePattern::read_twin_star(std::u32string_view text, size_t at) {
  const size_t begin = at;
  at += 2;
  const bool has_slash = at < text.size() && text[at] == U'/';
  if (has_slash) ++at;
  // "**file" is any path that ends so, but "**file*" a name in any directory.
  const bool is_suffix = begin == 0 && !has_slash &&
                         text.substr(at).find_first_of(U"*?[]\\") == std::u32string_view::npos;
  const bool is_all = at == text.size() || is_suffix;
  steps_.push_back({.kind = is_all ? StepKind::kAll : StepKind::kDirectories});
  return at;
}

void IgnorePattern::read_steps(std::u32string_view text, std::string& fault) {
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(U"**")) {
      at = read_twin_star(text, at);
    } else if (text[at] == U'*') {
      steps_.push_back({.kind = StepKind::kStar});
      ++at;
    } else if (text[at] == U'?') {
      steps_.push_back({.kind = StepKind::kOne});
      ++at;
    } else if (text[at] == U'[') {
      at = read_class(text, at, fault);
    } else {
      if (text[at] == U'\\' && ++at == text.size()) {
        fault = "ends with a '\\' that escapes nothing";
        return;
      }
      steps_.push_back({.kind = StepKind::kCharacter, .character = text[at++]});
    }
  }
}

bool IgnorePattern::matches(std::u32string_view path, uint64_t& steps) const {
  ++steps;
  if (steps_.empty()) return false;
  const Step& first = steps_.front();
  const bool begins_otherwise =
      first.kind == StepKind::kCharacter && (path.empty() || path.front() != first.character);
  if (begins_otherwise) return false;
  const size_t end = path.size() + 1;  // a place is before a character, or behind the last
  std::vector<bool> at(end);
  std::vector<bool> next(end);
  at[0] = true;
  for (const Step& step : steps_) {
    steps += end;
    bool was_passed =
        false;  // kDirectories and kAll: a place before this one may be their beginning
    bool is_any = false;
    for (size_t i = 0; i < end; ++i) {
      bool reaches = false;
      const bool takes = i > 0 && step.takes(path[i - 1]);
      switch (step.kind) {
        case StepKind::kCharacter:
        case StepKind::kOne:
        case StepKind::kClass:
          reaches = takes && at[i - 1];
          break;
        case StepKind::kStar:
          reaches = at[i] || (takes && next[i - 1]);
          break;
        case StepKind::kDirectories:
          reaches = at[i] || (was_passed && path[i - 1] == U'/');
          was_passed = was_passed || at[i];
          break;
        case StepKind::kAll:
          was_passed = was_passed || at[i];
          reaches = was_passed;
          break;
      }
      next[i] = reaches;
      is_any = is_any || reaches;
    }
    if (!is_any) return false;
    at.swap(next);
  }
  return at.back();
}

bool IgnorePattern::may_match_below(std::u32string_view directory) const {
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].kind != StepKind::kCharacter) return true;
    const char32_t expected = i < directory.size() ? directory[i] : U'/';
    if (steps_[i].character != expected) return false;
    if (i == directory.size()) return true;
  }
  return false;
}

}  // namespace layer
