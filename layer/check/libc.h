// Checks that extensions are for the C library that the image has: glibc or musl.
#pragma once

#include <vector>

#include "layer/check/finding.h"
#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"

namespace layer {

// `opened` are the ELF files to judge. An image that has both libraries, or neither, is not judged.
void check_libc(const Subject& subject, const std::vector<OpenedFile>& opened, Findings& findings);

}  // namespace layer
