// Files and directories that a tar command names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/bsdtar/members.h"
#include "layer/model/string_arena.h"

namespace layer {

enum class DiskLinks : uint8_t {
  kKeep,         // members are links, with their texts
  kFollowNamed,  // -H: but what is named itself is what it leads to
  kFollow,       // -L
};

struct DiskOptions {
  DiskLinks links = DiskLinks::kKeep;
  bool recurses = true;
  bool keeps_xattrs = true;  // those that is_kept_xattr() names
};

// Adds what is at `name` below `directory` (empty: the current one), and, of a directory, all that
// is in it. Links that a sandbox stages inputs by are no links (staged_link.h). Modes are those on
// disk; owners and times are left to veneer's policy. Throws Error for what cannot be read or kept.
void add_from_disk(const std::string& directory, std::string_view name, const DiskOptions& options,
                   StringArena& arena, Members& members);

}  // namespace layer
