// Moves what names the sources of packages that are installed in place ("editable").
#pragma once

#include <string>
#include <string_view>

#include "layer/base/error.h"
#include "layer/python/moved_paths.h"

namespace layer {

// A file that names paths of this machine.
struct NamingFile {
  std::string path;       // on this machine
  std::string_view text;  // of it
  std::string project;    // that it belongs to; empty: not known
};

// The text of a *.pth file, whose lines are directories for sys.path, or code (CPython,
// Lib/site.py). A directory that exists, and is in none of `moves`, is an error in `found`.
// Relative ones start from `site`, an absolute path.
std::string moved_pth(const NamingFile& file, std::string_view site, const MovedPaths& moves,
                      Diagnostics& found);

// The text of a finder that setuptools writes (__editable___NAME_finder.py). It holds the
// directories of packages and modules as literals; each that is in none of `moves` is an error in
// `found`.
std::string moved_finder(const NamingFile& file, const MovedPaths& moves, Diagnostics& found);

// The text of direct_url.json (Python packaging, "Recording the Direct URL Origin") of a package
// that is installed in place, with its directory moved: it may also be above one of `moves`, where
// only the sources in it are packed. Any other text is as it was.
std::string moved_direct_url(std::string_view text, const MovedPaths& moves);

}  // namespace layer
