// Whether each virtual environment has a Python that will know itself to be in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/finding.h"
#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"
#include "layer/check/venvs.h"

namespace layer {

// The interpreters that the venvs' bin/python* lead to, each once, by their physical paths.
std::vector<OpenedFile> interpreters_of(const Subject& subject, const std::vector<Venv>& venvs);

// That bin/python3 is a link to a real interpreter, that pyvenv.cfg is beside it, that the standard
// library is where that interpreter looks (CPython's Modules/getpath.py), that the directory
// lib/pythonX.Y is its own, and that what an interpreter of a text `actual:PATH` stands for exists.
void check_interpreters(const Subject& subject, const std::vector<Venv>& venvs, Findings& findings);

// That a program's PT_INTERP is in the image; no value when it is, or when there is none.
std::optional<std::string> missing_dynamic_linker(const Subject& subject, const ElfFacts& elf);

}  // namespace layer
