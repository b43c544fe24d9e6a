// Capabilities that the user gives files of the image: --capability GLOB=CAPABILITIES.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"

namespace layer {

struct CapabilityRule {
  std::string glob;   // of paths in the image, relative to its root
  std::string value;  // parse_capability()'s
};

// Reads "GLOB=CAPABILITIES", parted at the first '='. Throws Error.
CapabilityRule parse_capability_rule(std::string_view argument);

// Gives every file that a rule's glob matches its capabilities; the first rule that matches counts.
// Throws Error for each rule that matches no file: a link's capabilities are those of its file.
void set_capabilities(const std::vector<CapabilityRule>& rules, FileTree& tree, StringArena& arena);

}  // namespace layer
