// Adds a user to an image: `--create-user NAME[:UID]`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/image_accounts.h"

namespace layer {

struct NewUser {
  std::string name;
  uint32_t id = 0;  // of the user, and of its own group
};

// Parses "NAME[:UID]"; without UID it is 1000. Throws Error.
NewUser parse_new_user(std::string_view argument);

// Adds entries for etc/passwd, etc/group and the user's home, which no package has, so that they are
// in the layer of the app. A passwd or group that the inputs bring becomes one that is not on disk.
// Texts are final only when the base is known: complete_new_user(). Throws Error if the inputs have
// something else in these places.
void place_new_user(const NewUser& user, FileTree& tree, StringArena& arena);

// Adds the user's lines to passwd and group as the inputs, or else the base, have them. What is the
// base's keeps its mode and owner. Throws Error if the name or the number is taken.
void complete_new_user(const NewUser& user, const BaseAccounts& base, FileTree& tree,
                       std::vector<FileFacts>& facts, StringArena& arena);

// The paths of what is added, whose owners are fixed.
std::vector<std::string> places_of(const NewUser& user);

}  // namespace layer
