// Whether the image's ELF files are sound and made for the machine that the image is for.
#pragma once

#include <set>

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// An error for `run`, the programs that will be started, and for what Python would import; a warning
// for what may just lie there, as test data does. A library of another machine that some file needs
// is told by check_libraries().
void check_machines(const Subject& subject, const std::set<const Node*>& run, Findings& findings);

}  // namespace layer
