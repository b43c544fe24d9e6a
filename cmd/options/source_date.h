// Reads SOURCE_DATE_EPOCH: when the sources of an image were last changed.
#pragma once

#include <optional>
#include <string>

namespace cmd {

// The time as RFC 3339; no value if the environment has no such variable. It becomes the time of
// the image. Layers do not depend on it: they stay the same for every commit that leaves them
// alone. Throws CLI::ValidationError for a value that is no number of seconds.
// https://reproducible-builds.org/specs/source-date-epoch/
std::optional<std::string> source_date();

}  // namespace cmd
