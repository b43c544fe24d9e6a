// Takes apart paths in Bazel's runfiles: root, repository, site-packages.
#pragma once

#include <string_view>

namespace layer {

// The parts of "app/app.runfiles/repo/site-packages/x.py". All are views into the path.
struct RunfilesPath {
  std::string_view root;        // "app/app.runfiles"; empty: the path is not inside runfiles
  std::string_view repository;  // "repo"; with legacy external runfiles, the one below external/
  std::string_view rest;        // "site-packages/x.py"; empty for a file right below the root
};

// Splits a path. Its root ends with the first component that ends in ".runfiles".
RunfilesPath split_runfiles_path(std::string_view path);

// The part of a path after the last "/site-packages/", or empty.
std::string_view site_packages_suffix(std::string_view path);

// Whether `path` is a wheel's own copy of a file: `<root>/<repository>/site-packages/...`.
bool is_wheel_path(std::string_view path);

// Whether a file's name is that of a Python interpreter: python, python3, python3.13, python3.13t.
bool is_interpreter_name(std::string_view name);

// The path below the runfiles root, "repo/x", of an external file whose exec path is
// ".../external/repo/x"; empty for any other exec path.
std::string_view external_runfiles_path(std::string_view exec_path);

}  // namespace layer
