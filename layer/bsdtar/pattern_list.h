// Many patterns at once: those that are plain paths are looked up, the others tried one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/bsdtar/name_pattern.h"

namespace layer {

class PatternList {
 public:
  explicit PatternList(PatternUse use) : use_(use) {}

  // Throws Error for an empty pattern.
  void add(std::string_view pattern);
  // Adds the patterns of a file that a user named, one per line. Lines end in LF, CR or NUL.
  void add_file(const std::string& path, bool ends_in_nul);

  bool is_empty() const { return patterns_.empty(); }

  // Whether a pattern matches. Takes note of all inclusions that match.
  bool matches(const MatchedName& name);

  // The patterns that matched no name so far.
  std::vector<std::string> unmatched() const;
  bool has_unmatched() const { return unmatched_ > 0; }

 private:
  struct Pattern {
    std::string text;
    bool has_matched = false;
  };
  struct Glob {
    NamePattern pattern;
    size_t index = 0;  // in patterns_
  };
  // A node of the tree of all plain paths.
  struct Node {
    NameMap<size_t> below;         // nodes, by component
    std::vector<size_t> unseen{};  // patterns that end here, until a name matches
    bool is_end = false;           // whether a pattern ends here
  };

  void add_plain(std::string_view path, size_t index);
  bool match_plain(const MatchedName& name);
  bool match_from(std::string_view rest);
  void note(size_t index);

  const PatternUse use_;
  std::deque<Pattern> patterns_;  // whose texts stay where they are
  std::vector<Glob> globs_;
  std::deque<Node> nodes_{1};
  size_t unmatched_ = 0;
};

}  // namespace layer
