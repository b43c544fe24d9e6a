// Checks that ELF files are undamaged and made for the image's machine.
#pragma once

#include <set>

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// An ELF file for another machine is an error if it is in `run` (the programs that will be started)
// or if Python would import it; otherwise a warning, because it may just lie there, as test data
// does. A damaged ELF file is a warning. Libraries for another machine that some file needs are
// reported by check_libraries().
void check_machines(const Subject& subject, const std::set<const Node*>& run, Findings& findings);

}  // namespace layer
