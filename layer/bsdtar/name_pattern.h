// Matches one pattern of a tar command line against names, in time bounded by pattern times name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

// A name, with what every pattern asks of it. Can be used for one name after the other.
class MatchedName {
 public:
  void set(std::string_view name);

  // The character at a place; NUL behind the last one.
  char at(size_t place) const { return text_[place]; }
  size_t size() const { return text_.size(); }
  const std::string& text() const { return text_; }
  // The place behind the '/' and "." components that begin at `place`.
  size_t past_slashes(size_t place) const { return past_slashes_[place]; }
  // Where a pattern begins that is tried at `place`: a "./" there says nothing.
  size_t enter(size_t place) const {
    return is_dot_slash(place) ? past_slashes_[place + 1] : place;
  }
  bool is_dot_slash(size_t place) const { return at(place) == '.' && at(place + 1) == '/'; }
  // Whether entering some place from `place` on leads to the end of the name.
  bool may_enter_end(size_t place) const;

 private:
  std::string text_;
  std::vector<size_t> past_slashes_;
};

enum class PatternUse : uint8_t {
  kExclude,        // begins at any component, and takes all that is below a match
  kInclude,        // begins at the name's beginning, and takes all that is below a match
  kIncludeItself,  // matches whole names
};

// The language of bsdtar, as the newest libarchive's archive_match(3) implements it (3.6 differs in rare
// forms: docs/bsdtar.md):
//
//   pattern := [ "^" ] step { step } [ "$" ]   "^" begins at the name's beginning (kExclude),
//                                              "$" takes nothing below a match (not kIncludeItself)
//   step    := "?"                             one byte
//            | "*"                             any number of bytes
//            | "[" [ "!" | "^" ] { range } "]" one byte in a range, or in none of them
//            | "/"                             '/' and "." components, or the name's end
//            | "\" byte                        that byte
//            | byte                            itself
//   range   := byte [ "-" byte ]               each may follow a "\"
//
// '*', '?' and '[' take a '/', too. A pattern that begins with '*' begins at the name's beginning, and
// so does one that begins with '/', which only matches names that do. A "./" counts for nothing at
// the beginning of a pattern and after a '*'. One '/' at the end is ignored.
class NamePattern {
 public:
  // `text` has no NUL.
  NamePattern(std::string_view text, PatternUse use);

  bool matches(const MatchedName& name) const;

 private:
  enum class StepKind : uint8_t { kByte, kAnyByte, kClass, kSlashes };
  enum class Begin : uint8_t { kName, kPastSlashes, kAnyComponent };
  enum class End : uint8_t { kAnywhere, kComponent, kName, kNameAndSlashes };

  using ByteSet = std::array<bool, 256>;
  struct Step {
    StepKind kind = StepKind::kByte;
    char byte = 0;        // kByte
    size_t byte_set = 0;  // kClass: an index
  };
  // What stands between two '*'.
  using Run = std::vector<Step>;

  size_t read_begin(const std::string& text, PatternUse use);
  void read_runs(const std::string& text, size_t at, PatternUse use);
  size_t read_class(const std::string& text, size_t at);
  // Where the run ends that begins at `place`; kNone if it does not match there.
  size_t advance(const Run& run, const MatchedName& name, size_t place) const;
  bool ends(const MatchedName& name, size_t place) const;
  size_t match_first(const MatchedName& name) const;

  static constexpr size_t kNone = std::string::npos;

  bool is_empty_ = false;
  bool needs_slash_ = false;
  Begin begin_ = Begin::kName;
  End end_ = End::kComponent;
  std::vector<Run> runs_{1};
  std::vector<ByteSet> byte_sets_;
};

}  // namespace layer
