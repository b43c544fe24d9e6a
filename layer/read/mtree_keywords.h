// The keywords that a row of an mtree specification states.
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

// What veneer uses of the keywords. The others that libarchive knows (nlink, inode, names of users
// ...) are taken and mean nothing here.
struct MtreeKeywords {
  std::optional<MtreeType> type;
  std::optional<std::string_view> content;
  std::optional<std::string_view> link;
  Attributes attributes;
  StatedContent stated;      // of type=file: what the content has to be
  bool is_optional = false;  // the row counts only if its file exists

  // Takes "keyword=value" or "keyword". Returns what is wrong with it; empty when nothing is.
  std::string set(std::string_view word, StringArena& arena);

  // Forgets a keyword, or "all".
  void unset(std::string_view keyword);

  // Whatever `later` states replaces what is stated here.
  void merge(const MtreeKeywords& later);
};

}  // namespace layer
