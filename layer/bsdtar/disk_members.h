// Adds files and directories on disk that a tar command names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/bsdtar/members.h"
#include "layer/disk/list_directory.h"
#include "layer/model/string_arena.h"

namespace layer {

enum class DiskLinks : uint8_t {
  kKeep,         // a link becomes a link with the same text
  kFollowNamed,  // -H: links that the command names itself are followed
  kFollow,       // -L: all links are followed
};

struct DiskOptions {
  DiskLinks links = DiskLinks::kKeep;
  bool recurses = true;
  bool keeps_xattrs = true;  // what is_kept_xattr() keeps
  // Entries of directories that are reached through links, which may lead to one over and over.
  uint64_t max_followed = Limits{}.entries;
  // What is where the archive is to be; none: nothing, or no file. It is left out.
  std::optional<FileIdentity> archive{};
};

// Adds what is at `name` below `directory` (empty: the current one) and, for a directory,
// everything in it. Links by which a sandbox stages inputs do not count as links (staged_link.h).
// Modes are those on disk; owners and times follow veneer's policy. `warnings` gets one for each
// path of the archive itself. Throws Error for what cannot be read or kept.
void add_from_disk(const std::string& directory, std::string_view name, const DiskOptions& options,
                   StringArena& arena, Members& members, std::vector<Diagnostic>& warnings);

}  // namespace layer
