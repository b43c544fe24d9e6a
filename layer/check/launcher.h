// Whether what the image starts can start, and finds its runfiles.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// That the command exists, may be executed and is a program or a script whose interpreter line
// leads to one (execve(2), env(1) with the config's PATH). The ELF programs that will run are added
// to `run`.
void check_launcher(const Subject& subject, std::set<const Node*>& run, Findings& findings);

// Of rules_python's first stage, a script whose text is `script`, started as `path`: whether it
// finds the runfiles directory, and there the second stage and Python. Other texts pass.
void check_bootstrap(const Subject& subject, std::string_view path, std::string_view script,
                     Findings& findings);

}  // namespace layer
