// Checks that the image's command can start and that it finds its runfiles.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "layer/check/finding.h"
#include "layer/check/subject.h"

namespace layer {

// Checks that the command exists, is executable, and is an ELF program or a script whose
// interpreter line leads to one (execve(2); env(1) with the config's PATH). Adds the ELF programs
// that will run to `run`.
void check_launcher(const Subject& subject, std::set<const Node*>& run, Findings& findings);

// Checks rules_python's first-stage script, whose text is `script` and which is started as `path`:
// whether it finds the runfiles directory and, in it, the second stage and Python. Does nothing for
// any other script.
void check_bootstrap(const Subject& subject, std::string_view path, std::string_view script,
                     Findings& findings);

}  // namespace layer
