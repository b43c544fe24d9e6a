// Reads an mtree specification, as tar.bzl and rules_py write it, the way bsdtar does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/model/entry.h"
#include "layer/model/string_arena.h"

namespace layer {

// Reads a file. The result has one entry per path, in the order of their first rows. What a row
// states of mode, uid, gid and time is in the entry's Attributes; what it does not state follows
// veneer's policy and is never taken from disk. A relative `content` is relative to the current
// directory. A row for the root gives no entry. Each distinct content is statted once, in parallel.
// Throws Error with every fault found.
std::vector<Entry> read_mtree(const std::string& file, StringArena& arena);

// What happens to a row of type=file whose content is a symlink that leads to no file.
enum class LinkContent : uint8_t {
  kRefuse,
  kKeep,  // the entry is that link; Bazel lists declared links like files
};

struct MtreeOptions {
  std::string directory{};  // that a relative content starts from; empty: the current one
  LinkContent link_content = LinkContent::kRefuse;
};

struct Mtree {
  std::vector<Entry> entries;
  std::vector<std::string_view> names;       // of each entry, as its row spells it: "./a/"
  std::vector<std::string_view> kept_links;  // paths of entries kept by LinkContent::kKeep
};

// Parses a text, which lives in the arena and is called `name` in positions.
Mtree parse_mtree(std::string_view text, const std::string& name, const MtreeOptions& options,
                  StringArena& arena);

// The paths that a text has rows for, in the order of their first rows. What their contents lead to
// is not looked at. Throws the same faults of the text, but for those of a row as a whole.
std::vector<std::string_view> list_mtree(std::string_view text, const std::string& name,
                                         StringArena& arena);

}  // namespace layer
