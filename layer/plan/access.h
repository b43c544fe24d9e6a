// Gives what is added to an image the owner and the modes that a user asks for: --chown, --chmod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/plan.h"
#include "layer/place/image_accounts.h"

namespace layer {

struct ModeRule {
  std::string glob;   // matches paths in the image, relative to its root
  uint32_t mode = 0;  // permission bits, 07777
};

// Parses "GLOB=MODE", split at the last '='. Throws Error.
ModeRule parse_mode_rule(std::string_view argument);

struct AccessRules {
  std::optional<OwnerIds> owner;  // of all that is added; no value: as the input states
  std::vector<std::string> kept;  // paths of the inputs that keep their owner
  std::vector<ModeRule> modes;    // the first that matches a path counts

  bool are_none() const { return !owner && modes.empty(); }
};

// Applies the rules to the entries of one image, and knows which of them were of use.
class Access {
 public:
  explicit Access(const AccessRules& rules) : rules_(rules), is_used_(rules.modes.size()) {}

  // Changes an entry that is not a directory of the base image, and that the inputs have at `path`.
  // A symlink has an owner and no mode.
  void apply(TarEntry& entry, std::string_view path);

  // Throws Error for each rule that changed nothing, with what it matches in the plan, or with the
  // nearest paths.
  void check_all_used(const ImagePlan& plan) const;

 private:
  Diagnostic describe_unused(size_t number, const ImagePlan& plan) const;

  const AccessRules& rules_;
  std::vector<bool> is_used_;  // for each of the modes
};

}  // namespace layer
