// Owns the bytes of the many texts of one build: paths, link texts, labels.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace layer {

// A model of an input holds `string_view`s into the arena its reader was given; the arena outlives
// every model made with it. Not thread-safe. Nothing is freed before the arena is.
class StringArena {
 public:
  StringArena() = default;
  StringArena(const StringArena&) = delete;
  StringArena& operator=(const StringArena&) = delete;

  // A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text);

  // The joined copy "head/tail"; only `tail` when `head` is empty.
  std::string_view join(std::string_view head, std::string_view tail);

  // The one copy of a text that recurs: a file name, a label.
  std::string_view intern(std::string_view text);

 private:
  char* allocate(size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  std::unordered_set<std::string_view> interned_;
};

}  // namespace layer
