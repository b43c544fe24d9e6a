// One pattern of an ignore file: which paths it matches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace layer {

// A path or a pattern as its characters; a byte that is not UTF-8 is one that no text has.
std::u32string to_characters(std::string_view text);

// The language of .dockerignore as Docker's own matcher has it (github.com/moby/patternmatcher):
//
//   pattern := [ "!" ] step { step }       "!" makes an exception: what it matches is kept
//   step    := "?"                         one character, never '/'
//            | "*"                         any number of characters, never '/'
//            | "**" [ "/" ]                whole directories, or none; at the pattern's end, and before plain
//                                          text at its beginning, any characters at all
//            | "[" [ "^" ] range {range} "]"   one character that is in a range, or with "^" in none
//            | "\" character               that character
//            | character
//   range   := character [ "-" character ] each perhaps behind a "\"; a '-' or ']' always is
//
// Space around a pattern does not count, nor a '/' before it or behind it; "." and ".." components are
// resolved. A pattern matches whole paths; that what it matches takes with it what is below is
// IgnoreRules' business.
class IgnorePattern {
 public:
  // Sets `fault` to what is wrong, in words that follow the pattern, if anything is.
  IgnorePattern(std::string_view text, std::string& fault);

  bool matches(std::u32string_view path) const;
  // Whether it can match something below a directory that it does not match.
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
