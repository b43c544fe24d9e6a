// What a path says about its place in Bazel's runfiles.
#pragma once

#include <string_view>

namespace layer {

// "app/app.runfiles/repo/site-packages/x.py" in its parts; all views into the path.
struct RunfilesPath {
  std::string_view root;        // "app/app.runfiles"; empty: the path is not inside runfiles
  std::string_view repository;  // "repo", or of legacy external runfiles the one below external/
  std::string_view rest;        // "site-packages/x.py"; empty for a file right below the root
};

// The first component that ends in ".runfiles" is the root.
RunfilesPath split_runfiles_path(std::string_view path);

// The part after the last "/site-packages/", or empty.
std::string_view site_packages_suffix(std::string_view path);

// Whether `path` is a wheel's own copy of a file: `<root>/<repository>/site-packages/...`.
bool is_wheel_path(std::string_view path);

// Whether a file's name is one an interpreter goes by: python, python3, python3.13, python3.13t.
bool is_interpreter_name(std::string_view name);

// The place below the runfiles root, "repo/x", that belongs to an external file by the path that
// Bazel knows it under (".../external/repo/x"); empty for any other path.
std::string_view external_runfiles_path(std::string_view exec_path);

}  // namespace layer
