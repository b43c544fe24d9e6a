// Moves external repositories to a root that all images share: --shared-root.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/links.h"
#include "layer/place/place.h"

namespace layer {

struct SharedRepositories {
  NameSet names;  // canonical names

  bool contains(std::string_view repository) const { return names.count(repository) != 0; }
};

// Parses the option's argument: "/srv/repos/" becomes "srv/repos". Throws Error for the image's
// root itself, for a path that is not below it, and for one that may be inside runfiles.
std::string parse_shared_root(std::string_view argument);

// Moves the entries of `<runfiles>/<repository>` to `<root>/<repository>`, and appends a link from
// the old directory to the new one. All repositories are siblings at the new place as at the old,
// so "$ORIGIN/../../<another>" and declared links between them still lead to the same files. A
// repository stays where it is:
// - silently, if it is first-party code or the program's own (FileTree::workspaces);
// - with a warning, if a link in it leads to something that stays, if it holds files that the main
//   repository generated, or if two runfiles trees have it.
// What --legacy_external_runfiles puts below `<workspace>/external/` stays, too.
//
// If another entry is already at the path of a moved one, that is an error that names both.
// `placed` must be the result of place_entries() for the tree: relocations for the base image come
// later.
SharedRepositories share_repositories(const FileTree& tree, const std::vector<Link>& links,
                                      std::string_view root, std::vector<Placement>& placed,
                                      StringArena& arena, Diagnostics& found);

}  // namespace layer
