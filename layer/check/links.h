// Checks that every link leads somewhere, by a way that still works when the image is moved.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Reports links that dangle, loop, leave the root or name a place on the build machine; links into
// a layer above their own; and entries that lie behind a link.
void check_links(const Subject& subject, Findings& findings);

}  // namespace layer
