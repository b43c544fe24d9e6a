// Refuses arguments of the command line that are not UTF-8.
#pragma once

#include <vector>

#include "cmd/words/argument.h"

namespace cmd {

// Throws CLI::ValidationError, which names the option, for a value that is not UTF-8, because
// configs, manifests and plans are JSON, which is. Only the names of files to be read may be any
// bytes.
void check_arguments_are_text(const std::vector<Argument>& arguments);

}  // namespace cmd
