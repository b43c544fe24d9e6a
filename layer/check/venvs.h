// Finds an image's virtual environments, and the paths under which Python opens their files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"

namespace layer {

struct ImageVenv {
  std::string path;                        // its directory
  const Node* config = nullptr;            // pyvenv.cfg; null: it has none
  std::vector<std::string> libraries;      // "lib/python3.13": those with a site-packages
  std::vector<std::string> site_packages;  // paths as they are on sys.path
};

// Finds the directories that have a pyvenv.cfg, and those with a bin/python3 beside
// lib/pythonX.Y/site-packages that are not a complete Python. Sorted by path.
std::vector<ImageVenv> find_venvs(const Subject& subject);

// Every ELF file that is not the base's, by each path under which it is opened. Shared objects
// below a venv have their paths there, through links as a directory listing would show them.
// Programs, and files that no venv reaches, have their own paths.
std::vector<OpenedFile> opened_files(const Subject& subject, const std::vector<ImageVenv>& venvs);

}  // namespace layer
