// bsdtar's -s: names rewritten by regular expressions.
#pragma once

#include <regex.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

enum class SubstitutedText : uint8_t { kName, kHardlink, kSymlink };

// "/OLD/NEW/FLAGS", where any character may stand for '/'. OLD is a basic regular expression (POSIX
// regex(7)); in NEW, '~' is what matched and "\1" to "\9" its groups, and a backslash takes from
// '~' and '\' their meaning. FLAGS: 'g' every match, and for each kind of text a small letter to
// change it, as is the default, or a large one not to: 'r' names, 'h' hardlinks, 's' symlinks.
class Substitution {
 public:
  // Throws Error.
  explicit Substitution(std::string_view rule);

  bool concerns(SubstitutedText text) const { return concerns_[static_cast<size_t>(text)]; }

  // Moves what comes before a match, and the replacement, from `rest` to `done`; no match, nothing.
  void apply(std::string& rest, std::string& done) const;

 private:
  void read_flags(std::string_view flags);
  void append_replacement(const std::string& text, const regmatch_t* groups,
                          std::string& done) const;

  std::string rule_;
  std::shared_ptr<regex_t> pattern_;  // shared by copies, and not changed
  std::string replacement_;
  bool is_global_ = false;
  bool concerns_[3] = {true, true, true};
};

// What the rules make of a text; each looks at what the ones before it left unmatched at its end.
std::string substitute(const std::vector<Substitution>& rules, SubstitutedText kind,
                       std::string text);

}  // namespace layer
