// Whether what the command line says is text.
#pragma once

#include <string>
#include <vector>

namespace cmd {

// Configs, manifests and plans are JSON, which is UTF-8. Throws CLI::ValidationError, which names
// the option, for a value that is not; only names of files to be read may be any bytes.
void check_arguments_are_text(const std::vector<std::string>& arguments);

}  // namespace cmd
