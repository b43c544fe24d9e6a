// Reads symlinks as they are outside a build system's sandbox, which stages inputs as links.
#pragma once

#include <optional>
#include <string>

namespace layer {

// The text of the link at `path`; no value if there is no link. A sandbox stages an input by
// putting an absolute link to "<elsewhere>/<path>" at `path`. Such staging links are followed, and
// the result is the text of the link they lead to, if that is one, so it is the same inside a
// sandbox and outside. Throws Error if a link cannot be read.
std::optional<std::string> unstaged_link_text(const std::string& path);

// The path that the staging links at `path` lead to; `path` itself if it is no staging link.
std::string unstaged_path(const std::string& path);

}  // namespace layer
