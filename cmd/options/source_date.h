// SOURCE_DATE_EPOCH: when the sources that an image is made of were last changed.
#pragma once

#include <optional>
#include <string>

namespace cmd {

// RFC 3339, if the environment has the variable. It says when an image was made, and nothing of its
// layers: they are the same for every commit that leaves them alone. Throws CLI::ValidationError
// for a value that is no number of seconds.
// https://reproducible-builds.org/specs/source-date-epoch/
std::optional<std::string> source_date();

}  // namespace cmd
