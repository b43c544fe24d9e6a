// The users and groups that an image will have, and what their names stand for: `--chown`.
#pragma once

#include <cstdint>
#include <string_view>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "layer/probe/probe.h"

namespace layer {

inline constexpr std::string_view kPasswdPath = "etc/passwd";
inline constexpr std::string_view kGroupPath = "etc/group";

// An image that layers go on.
struct BaseAccounts {
  const ImageTree* tree = nullptr;  // null: no base
  const Probes* probes = nullptr;
};

// passwd or group, as the image will have it.
struct AccountFile {
  enum class State : uint8_t { kAbsent, kKnown, kUnknown };
  std::string_view path;
  Position position;  // where it comes from
  std::string_view text{};
  const Node* of_base = nullptr;  // null: it is the inputs'
  State state = State::kAbsent;   // kUnknown: a link, or longer than any should be
};

// Looks in the inputs first. Texts live in `arena`, or as long as `base`.
AccountFile find_account_file(std::string_view path, const FileTree& tree, const BaseAccounts& base,
                              StringArena& arena);

struct OwnerIds {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

// Throws Error for a text that is not "USER[:GROUP]", each a name or a number.
void check_owner_text(std::string_view owner);

// What such a text stands for. Numbers are taken as they are. Without a group it is that of the
// user in passwd or, for a number, the same number, as in `COPY --chown` of a Dockerfile. Throws
// Error for a name that the image does not have, with those that it has.
OwnerIds find_owner(std::string_view owner, const FileTree& tree, const BaseAccounts& base,
                    StringArena& arena);

}  // namespace layer
