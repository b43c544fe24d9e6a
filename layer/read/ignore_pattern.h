// Parses and matches one pattern of an ignore file (.dockerignore, .veneerignore).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace layer {

// The characters of a path or pattern. A byte that is not UTF-8 becomes a character that no text
// has.
std::u32string to_characters(std::string_view text);

// The language of .dockerignore as Docker's own matcher implements it
// (github.com/moby/patternmatcher):
//
//   pattern := [ "!" ] step { step }       "!" makes an exception: what it matches is kept
//   step    := "?"                         one character, never '/'
//            | "*"                         any number of characters, never '/'
//            | "**" [ "/" ]                any number of whole directories; any characters at all
//                                          at the pattern's end, or at its beginning before
//                                          plain text
//            | "[" [ "^" ] range {range} "]"   one character in a range; with "^", in none of them
//            | "\" character               that character
//            | character
//   range   := character [ "-" character ] each may follow a "\"; '-' and ']' must
//
// Space around a pattern is ignored, and so is a '/' at either end; "." and ".." components are
// resolved. A pattern matches whole paths; IgnoreRules applies it to everything below a matching
// directory.
class IgnorePattern {
 public:
  // Parses a pattern. If it is invalid, sets `fault` to what is wrong, in words that follow the
  // pattern.
  IgnorePattern(std::string_view text, std::string& fault);

  // Adds what it cost to `steps`: the places in the path that were looked at.
  bool matches(std::u32string_view path, uint64_t& steps) const;
  // Whether the pattern may match something below a directory that it does not match itself.
  bool may_match_below(std::u32string_view directory) const;

  bool is_exception() const { return is_exception_; }

 private:
  enum class StepKind : uint8_t { kCharacter, kOne, kClass, kStar, kDirectories, kAll };

  struct Step {
    StepKind kind = StepKind::kCharacter;
    char32_t character = 0;                               // kCharacter
    bool is_negated = false;                              // kClass
    std::vector<std::pair<char32_t, char32_t>> ranges{};  // kClass: first and last of each

    bool takes(char32_t c) const;
  };

  void read_steps(std::u32string_view text, std::string& fault);
  size_t read_class(std::u32string_view text, size_t at, std::string& fault);
  size_t read_twin_star(std::u32string_view text, size_t at);

  std::vector<Step> steps_;
  bool is_exception_ = false;
};

}  // namespace layer
