// A virtual environment that goes into an image, as far as it is more than its files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/model/file_tree.h"

namespace layer {

// Entry::repository() of what belongs to a package of a virtual environment begins with the first,
// that of an interpreter that is packed with it with the second. No repository of Bazel has a ':'.
inline constexpr std::string_view kVenvPackage = "package:";
inline constexpr std::string_view kIncludedInterpreter = "interpreter:";

// The package's name; empty if the repository is one of Bazel.
inline std::string_view package_of_venv(std::string_view repository) {
  return repository.starts_with(kVenvPackage) ? repository.substr(kVenvPackage.size())
                                              : std::string_view();
}

// A directory of first-party files, or a single file: where it lies on this machine, and in the
// image.
struct AppFiles {
  std::string source;         // absolute, "." and ".." resolved
  std::string real_source;    // links resolved, too
  std::string place;          // relative to the image's root: "app/src"
  bool is_directory = false;  // else a single file
  bool has_modules = false;   // that Python can import from folder()

  // The directory itself, or that of the file.
  std::string_view folder() const {
    return is_directory ? std::string_view(place) : parent_path(place);
  }
};

struct Venv {
  std::string directory;    // on this machine, as the user named it
  std::string place;        // in the image, relative: "app/.venv"
  std::string version;      // "3.11"
  std::string interpreter;  // absolute: if `is_included` in the image, else on this machine
  bool is_included = false;
  bool is_site_packages = false;  // a folder of packages alone: `place` is on Python's path
  std::string compiler;  // absolute: the interpreter on this machine, which can compile sources
  std::vector<std::string> old_places;  // absolute: what its own files may call its directory
  std::vector<AppFiles> apps;
};

}  // namespace layer
