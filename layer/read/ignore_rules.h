// What of a directory is left out: patterns of ignore files and of the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/read/ignore_pattern.h"

namespace layer {

// The patterns are gone through in order; what a pattern matches, it or a directory that it is in, is
// left out, and what an exception after it matches is kept after all. One thread at a time.
class IgnoreRules {
 public:
  // Adds a file's patterns, one a line; lines that begin with '#' are comments. Throws Error with each
  // line that is no pattern.
  void add_file(const std::string& file, std::string_view text);
  // Adds one that is named `called` in messages. Throws Error if it is no pattern.
  void add(std::string_view pattern, std::string_view called);

  enum class Verdict : uint8_t {
    kKept,
    kKeptByName,  // an exception matches it: somebody wants it
    kLeftOut,
  };
  // Of a path below the directory. Fastest if the paths of one folder come after each other.
  Verdict judge(std::string_view path);

  // Whether something below a directory that is left out may be kept.
  bool may_keep_below(std::string_view directory) const;

  // Whether a pattern, by the order of adding, has matched anything that was judged.
  bool has_matched(size_t pattern) const { return has_matched_[pattern]; }
  size_t size() const { return patterns_.size(); }

 private:
  void enter(std::string_view parent);

  std::vector<IgnorePattern> patterns_;
  std::vector<bool> has_matched_;
  std::string parent_;              // of the path judged last
  std::vector<bool> takes_parent_;  // which patterns match it or what it is in
};

}  // namespace layer
