// Files with capabilities and other extended attributes.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Notes which files and directories have them: they are easily lost, and what they allow matters.
void check_extended_attributes(const Subject& subject, Findings& findings);

}  // namespace layer
