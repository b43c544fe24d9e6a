// Reports files that have capabilities or other extended attributes.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Adds a note for files and directories with extended attributes, because these are easily lost on
// the way and what they allow matters.
void check_extended_attributes(const Subject& subject, Findings& findings);

}  // namespace layer
