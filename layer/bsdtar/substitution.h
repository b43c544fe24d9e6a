// Rewrites names by regular expressions: bsdtar's option -s.
#pragma once

#include <regex.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

enum class SubstitutedText : uint8_t { kName, kHardlink, kSymlink };

// A rule "/OLD/NEW/FLAGS"; any character may stand for '/'.
// - OLD is a basic regular expression (POSIX, regex(7)), within layer/bsdtar/pattern_size.h.
// - In NEW, '~' is the text that matched and "\1" to "\9" are its groups. A backslash before '~' or
//   '\' makes it an ordinary character.
// - FLAGS: 'g' replaces every match. 'r', 'h' and 's' apply the rule to names, hardlinks and
//   symlinks, which is the default; the capital letters 'R', 'H' and 'S' do not apply it to them.
class Substitution {
 public:
  // Parses a rule. Throws Error.
  explicit Substitution(std::string_view rule);

  bool concerns(SubstitutedText text) const { return concerns_[static_cast<size_t>(text)]; }

  // If the rule matches, moves the text before the match, and then the replacement, from `rest` to
  // `done`. Without a match it does nothing.
  void apply(std::string& rest, std::string& done) const;

 private:
  void read_flags(std::string_view flags);
  void append_replacement(const std::string& text, const regmatch_t* groups,
                          std::string& done) const;

  std::string rule_;
  std::shared_ptr<regex_t> pattern_;  // immutable, shared by copies
  std::string replacement_;
  bool is_global_ = false;
  bool concerns_[3] = {true, true, true};
};

// The text as the rules rewrite it. Each rule is applied to the part behind the previous rules'
// matches.
std::string substitute(const std::vector<Substitution>& rules, SubstitutedText kind,
                       std::string text);

}  // namespace layer
