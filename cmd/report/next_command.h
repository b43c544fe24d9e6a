// What a user does with an image that was made.
#pragma once

#include <string>

#include "oci/model/reference.h"

namespace cmd {

// The command that loads or pushes what was written to the reference, as a shell takes it. Empty if
// it went to a pipe or a device.
std::string next_command(const oci::ImageReference& reference);

}  // namespace cmd
