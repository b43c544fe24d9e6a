// Whether compiled Python files still belong to the sources they were made from.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// A .pyc that records its source's time and size and finds others in the image is compiled again
// at every start, for nobody can write it there. PEP 3147 and PEP 552; those that are checked by
// hash, or not at all, are fine.
void check_pyc_files(const Subject& subject, Findings& findings);

}  // namespace layer
