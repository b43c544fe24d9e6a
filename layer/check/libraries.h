// Checks that each shared library finds the libraries it needs, from where Python opens it.
#pragma once

#include <vector>

#include "layer/check/finding.h"
#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"

namespace layer {

// Follows DT_NEEDED of every opened file, on as many threads as the calling task arena has.
// `programs` are the interpreters; what they load is available to everything that they open. A
// library that is found nowhere is only a note, because a library of that name may have been loaded
// before, which files do not show.
void check_libraries(const Subject& subject, const LibraryLookup& lookup,
                     const std::vector<OpenedFile>& opened, const std::vector<OpenedFile>& programs,
                     Findings& findings);

// Warns of one library in two files: a process that opens both has two copies of its state.
void check_libraries_twice(const std::vector<OpenedFile>& opened, Findings& findings);

}  // namespace layer
