// Decides what of a directory is left out, by patterns of ignore files and the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/read/ignore_pattern.h"

namespace layer {

// Patterns apply in order, to a path and to the directories it is in. A pattern leaves out what it
// matches; a later exception that matches keeps it after all. Not thread-safe.
class IgnoreRules {
 public:
  // Adds the patterns of a file, one per line; lines that begin with '#' are comments. Throws Error
  // with every line that is not a valid pattern.
  void add_file(const std::string& file, std::string_view text);
  // Adds one pattern, whose source has the name `called` in messages. Throws Error if it is
  // invalid.
  void add(std::string_view pattern, std::string_view called);

  enum class Verdict : uint8_t {
    kKept,
    kKeptByName,  // an exception matches it: it is wanted explicitly
    kLeftOut,
  };
  // Judges a path below the directory. Fastest if paths of one folder come one after the other.
  // Throws Error when matching takes far longer than patterns that people write.
  Verdict judge(std::string_view path);

  // Whether an exception may keep something below a directory that is left out.
  bool may_keep_below(std::string_view directory) const;

  // Whether the pattern with this index, in the order of adding, has matched a judged path.
  bool has_matched(size_t pattern) const { return has_matched_[pattern]; }
  size_t size() const { return patterns_.size(); }

 private:
  void enter(std::string_view parent);
  void check_steps(std::string_view path) const;

  std::vector<IgnorePattern> patterns_;
  std::vector<bool> has_matched_;
  std::string parent_;              // of the path judged last
  std::vector<bool> takes_parent_;  // the patterns that match it or a directory above it
  uint64_t judged_ = 0;             // paths
  uint64_t steps_ = 0;              // that matching them took
};

}  // namespace layer
