// Gives files of the image capabilities: --capability GLOB=CAPABILITIES.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

struct CapabilityRule {
  std::string glob;   // matches paths in the image, relative to its root
  std::string value;  // parse_capability()'s
};

// Parses "GLOB=CAPABILITIES", split at the first '='. Throws Error.
CapabilityRule parse_capability_rule(std::string_view argument);

// Sets the capabilities of every file that a rule's glob matches; the first matching rule counts.
// Throws Error for each rule that matches no file. Links do not count, because a link's
// capabilities are those of its file.
void set_capabilities(const std::vector<CapabilityRule>& rules, FileTree& tree, StringArena& arena);

}  // namespace layer
