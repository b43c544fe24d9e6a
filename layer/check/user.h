// Whether the user that an image runs as exists, and may read what is in it.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// That /etc/passwd and /etc/group of the image have the names in the config's user: engines start
// nothing otherwise. A number needs no entry. Then, of the files that are not the base's, which
// ones that user cannot read: a warning, one for all with the same mode and owner in one package.
// For root there is nothing to check.
void check_user(const Subject& subject, Findings& findings);

}  // namespace layer
