// What a symlink says once the links are taken away that a build system's sandbox stages inputs by.
#pragma once

#include <optional>
#include <string>

namespace layer {

// The text of the link at `path`, nothing if there is none. A sandbox puts an absolute link to
// "<elsewhere>/<path>" at `path`; what counts is the link that may be there, so that the answer is
// the same in a sandbox and out of it. Throws Error if a link cannot be read.
std::optional<std::string> unstaged_link_text(const std::string& path);

// The path behind the staging links at `path`: itself, where it is none.
std::string unstaged_path(const std::string& path);

}  // namespace layer
