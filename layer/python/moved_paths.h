// Maps absolute paths of this machine to those in the image, alone and inside of texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

// A directory that has another path in the image.
struct MovedPath {
  std::string from;  // absolute, without a '/' at its end
  std::string to;    // likewise; empty for the root
};

class MovedPaths {
 public:
  // Of several directories that a path is in, the innermost counts.
  explicit MovedPaths(std::vector<MovedPath> moves);

  // Where a path leads in the image; no value if it is in none of the directories.
  std::optional<std::string> find(std::string_view path) const;

  // Where the outermost of the directories leads that is in `path`; no value if there is none.
  std::optional<std::string> find_below(std::string_view path) const;

  // The text with each path replaced that is one of the directories or in it. A path begins where
  // no longer one can begin, and a directory's name ends where no longer name can end: of "/a/b",
  // neither "/x/a/b" nor "/a/b.old" is one.
  std::string replace_in(std::string_view text) const;

  // Whether replace_in() would find anything.
  bool are_in(std::string_view text) const { return first_in(text) != std::string_view::npos; }
  // The offset of the first such path; npos if there is none.
  size_t first_in(std::string_view text) const;

 private:
  std::vector<MovedPath> moves_;  // the longest first
};

}  // namespace layer
