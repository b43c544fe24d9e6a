// Checks that compiled Python files still match the sources they were made from.
#pragma once

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Reports each .pyc whose recorded source time or size differs from the source in the image: Python
// compiles it again at every start, because it cannot write there. PEP 3147 and PEP 552. A .pyc
// that is checked by hash, or not at all, is fine.
void check_pyc_files(const Subject& subject, Findings& findings);

}  // namespace layer
