// Parses the keywords of a row of an mtree specification.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "layer/model/entry.h"
#include "layer/model/string_arena.h"
#include "layer/read/stated_content.h"

namespace layer {

enum class MtreeType : uint8_t { kFile, kDirectory, kLink };

// The keywords that veneer uses. The others that libarchive knows (nlink, inode, names of users
// ...) are accepted and ignored.
struct MtreeKeywords {
  std::optional<MtreeType> type;
  std::optional<std::string_view> content;
  std::optional<std::string_view> link;
  Attributes attributes;
  StatedContent stated;      // type=file: what its content must be
  bool is_optional = false;  // the row counts only if its file exists

  // Sets "keyword=value" or "keyword". Returns what is wrong with it; empty if nothing is.
  std::string set(std::string_view word, StringArena& arena);

  // Unsets a keyword, or all of them with "all".
  void unset(std::string_view keyword);

  // Applies what `later` states; it replaces what is stated here.
  void merge(const MtreeKeywords& later);
};

}  // namespace layer
