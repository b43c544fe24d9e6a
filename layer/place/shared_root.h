// Places external repositories where every program's image has them: --shared-root.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/links.h"
#include "layer/place/place.h"

namespace layer {

struct SharedRepositories {
  std::unordered_set<std::string_view> names;  // canonical

  bool contains(std::string_view repository) const { return names.count(repository) != 0; }
};

// "/srv/repos/" -> "srv/repos". Throws Error for the image's root, and for a path that is not below
// it or may lie inside of runfiles.
std::string parse_shared_root(std::string_view argument);

// Moves the entries of `<runfiles>/<repository>` to `<root>/<repository>` and adds, behind the
// others, a link from where the directory was to where it is. All repositories are siblings there
// as they were before, so that "$ORIGIN/../../<another>" and declared links between them lead where
// they led. A repository stays where it is
// - silently, if it is first-party code or the program's own (FileTree::workspaces);
// - with a warning, if a link in it leads to something that stays, if it holds what the main
//   repository generated, or if two runfiles trees have it.
// What --legacy_external_runfiles puts below `<workspace>/external/` stays, too.
//
// An entry that is already where a moved one goes is an error that names both. `placed` is
// place_entries()'s for the tree: what relocates entries on account of the base image comes later.
SharedRepositories share_repositories(const FileTree& tree, const std::vector<Link>& links,
                                      std::string_view root, std::vector<Placement>& placed,
                                      StringArena& arena, Diagnostics& found);

}  // namespace layer
