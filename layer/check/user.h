// Checks that the user that an image runs as exists and may read its files.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Checks first that the image's /etc/passwd and /etc/group have the names in the config's user,
// because engines do not start it otherwise; a number needs no entry. Then warns of the files that
// this user cannot read, apart from those of the base: one finding for all with the same mode and
// owner in one package. There is nothing to check for root.
void check_user(const Subject& subject, Findings& findings);

}  // namespace layer
