// Whether each shared library finds the ones it needs, from where Python opens it.
#pragma once

#include <vector>

#include "layer/check/finding.h"
#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"

namespace layer {

// Follows DT_NEEDED of every opened file, on as many threads as the calling task arena has.
// `programs` are the interpreters: what they load is there for all that they open. Something that
// is found nowhere is a note, because what was loaded before under its name cannot be seen.
void check_libraries(const Subject& subject, const LibraryLookup& lookup,
                     const std::vector<OpenedFile>& opened, const std::vector<OpenedFile>& programs,
                     Findings& findings);

// One library in two files: a process that opens both holds two copies of its state.
void check_libraries_twice(const std::vector<OpenedFile>& opened, Findings& findings);

}  // namespace layer
