// Whether every link of the image leads somewhere, by a way that stays when the image moves.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Links that dangle, loop, leave the root or name a place of the machine that built them; links
// into a layer above their own; entries that lie behind a link.
void check_links(const Subject& subject, Findings& findings);

}  // namespace layer
