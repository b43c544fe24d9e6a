// Checks that each virtual environment has a Python that recognises it as its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/finding.h"
#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"
#include "layer/check/venvs.h"

namespace layer {

// The interpreters that the bin/python* of the venvs lead to, each once, by their physical paths.
std::vector<OpenedFile> interpreters_of(const Subject& subject,
                                        const std::vector<ImageVenv>& venvs);

// Checks, for each venv, that bin/python3 is a link to a real interpreter, that pyvenv.cfg is
// beside it, that the standard library is where that interpreter looks (CPython's
// Modules/getpath.py), and that the directory lib/pythonX.Y is that of its version. If bin/python3
// is a text `actual:PATH`, checks that PATH exists.
void check_interpreters(const Subject& subject, const std::vector<ImageVenv>& venvs,
                        Findings& findings);

// The program's PT_INTERP, if it is not in the image; no value if it is, or if it has none.
std::optional<std::string> missing_dynamic_linker(const Subject& subject, const ElfFacts& elf);

}  // namespace layer
