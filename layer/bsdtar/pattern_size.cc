// Counts what the C library makes of a pattern: repetitions are copies of what they repeat.
#include "layer/bsdtar/pattern_size.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace layer {
namespace {

constexpr uint64_t kMaxParts = 1000;  // characters, sets and operators
constexpr size_t kMaxDepth = 50;      // of groups: the C library calls itself for each

// The sum of the parts so far in each open group, the innermost last.
class PatternSize {
 public:
  explicit PatternSize(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> excess();

 private:
  void take_escaped();
  void take_repetition();
  void take_set();
  void add_atom(uint64_t parts) {
    atom_ = parts;
    sums_.back() += parts;
  }
  // Of the atom before.
  void add_copies(uint64_t copies) {
    const uint64_t more = atom_ * copies;
    atom_ += more;
    sums_.back() += more;
  }
  void skip(size_t bytes) { rest_.remove_prefix(std::min(bytes, rest_.size())); }
  bool is_at(std::string_view text) const { return rest_.starts_with(text); }

  std::string_view rest_;
  std::vector<uint64_t> sums_{0};
  uint64_t atom_ = 0;  // the parts of what a repetition would repeat
  bool refers_back_ = false;
};

// "[^]a-z[:digit:]]"
void PatternSize::take_set() {
  skip(is_at("[^") ? 2 : 1);
  if (is_at("]")) skip(1);
  while (!rest_.empty() && !is_at("]")) {
    if (is_at("[:") || is_at("[.") || is_at("[=")) {
      const char end[] = {rest_[1], ']'};
      skip(2);
      skip(std::min(rest_.find(std::string_view(end, sizeof end)), rest_.size()) + sizeof end);
    } else {
      skip(1);
    }
  }
  skip(1);
  add_atom(1);
}

// "3\}", "3,\}" or "3,5\}"
void PatternSize::take_repetition() {
  uint64_t most = 0;
  uint64_t number = 0;
  for (; !rest_.empty() && !is_at("\\}"); skip(1)) {
    const char c = rest_.front();
    number = c >= '0' && c <= '9'
                 ? std::min(10 * number + static_cast<uint64_t>(c - '0'), kMaxParts + 1)
                 : 0;
    most = std::max({most, number, uint64_t{c == ',' ? most + 1 : 0}});
  }
  skip(2);
  if (most > 1) add_copies(most - 1);
}

void PatternSize::take_escaped() {
  const char c = rest_.size() > 1 ? rest_[1] : '\0';
  skip(2);
  if (c == '(') {
    sums_.push_back(0);
    atom_ = 0;
  } else if (c == ')' && sums_.size() > 1) {
    const uint64_t group = sums_.back() + 1;
    sums_.pop_back();
    add_atom(group);
  } else if (c == '{') {
    take_repetition();
  } else if (c == '+') {
    add_copies(1);
  } else {
    refers_back_ = refers_back_ || (c >= '1' && c <= '9');
    add_atom(1);
  }
}

std::optional<std::string> PatternSize::excess() {
  while (!rest_.empty()) {
    if (is_at("\\")) {
      take_escaped();
    } else if (is_at("[")) {
      take_set();
    } else if (is_at("*")) {
      sums_.back() += 1;
      skip(1);
    } else {
      add_atom(1);
      skip(1);
    }
    if (refers_back_) return "refers back to a group, which may take for ever to match";
    if (sums_.size() > kMaxDepth) return fmt::format("has more than {} nested groups", kMaxDepth);
    if (sums_.back() > kMaxParts) {
      return fmt::format("has more than {} parts, with its repetitions written out", kMaxParts);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> excess_of_pattern(std::string_view pattern) {
  return PatternSize(pattern).excess();
}

}  // namespace layer
