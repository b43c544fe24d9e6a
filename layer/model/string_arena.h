// The arena that owns the bytes of all texts of a build: paths, link texts, labels.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/disk/stamp.h"
#include "layer/model/entry.h"

namespace layer {

// Models of inputs hold `string_view`s into an arena, which must outlive every model made with it.
// Nothing is freed before the arena is destroyed. Not thread-safe.
class StringArena {
 public:
  StringArena() = default;
  StringArena(const StringArena&) = delete;
  StringArena& operator=(const StringArena&) = delete;

  // A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text);

  // The joined copy "head/tail"; only `tail` when `head` is empty.
  std::string_view join(std::string_view head, std::string_view tail);

  // The joined copy of head and tail with nothing between them.
  std::string_view concatenate(std::string_view head, std::string_view tail);

  // The one copy of a text that occurs often, such as a file name or a label.
  std::string_view intern(std::string_view text);

  // A pointer to the view of that copy, valid as long as the arena; null for an empty text.
  const std::string_view* intern_at(std::string_view text);

  // The one copy of these attributes; an input states few different ones.
  const Attributes* intern(const Attributes& attributes);

  // The one copy of this declaration and of its texts.
  const Declaration* intern(const Declaration& declaration);

  // A copy of a file's stamp, for Entry::stamp.
  const Stamp* keep(const Stamp& stamp) { return &stamps_.emplace_back(stamp); }
  // A copy of a digest's bytes, for FileFacts::sha256.
  const std::array<uint8_t, 32>* keep(const std::array<uint8_t, 32>& sha256) {
    return &digests_.emplace_back(sha256);
  }

  // Takes ownership of `size` bytes, so that a file read whole is not copied again.
  std::string_view adopt(std::unique_ptr<char[]> bytes, size_t size);

 private:
  struct AttributesLess {
    bool operator()(const Attributes& a, const Attributes& b) const;
  };

  struct DeclarationHash {
    size_t operator()(const Declaration& declaration) const;
  };

  char* allocate(size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  NameSet interned_;
  std::set<Attributes, AttributesLess> attributes_;
  std::unordered_set<Declaration, DeclarationHash> declarations_;
  std::deque<Stamp> stamps_;
  std::deque<std::array<uint8_t, 32>> digests_;
};

}  // namespace layer
