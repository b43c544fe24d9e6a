// The virtual environments of an image, and the paths under which Python opens what is in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/library_lookup.h"
#include "layer/check/subject.h"

namespace layer {

struct Venv {
  std::string path;                        // its directory
  const Node* config = nullptr;            // pyvenv.cfg; null: there is none
  std::vector<std::string> libraries;      // "lib/python3.13", those that hold a site-packages
  std::vector<std::string> site_packages;  // paths as Python puts them on sys.path
};

// Directories with a pyvenv.cfg, and those with a bin/python3 beside lib/pythonX.Y/site-packages
// that are no whole Python. In the order of their paths.
std::vector<Venv> find_venvs(const Subject& subject);

// Every ELF file that is not the base's, by each path that something opens it under: the shared
// objects below a venv by the path there, through links as a directory listing would show them;
// programs, and what no venv reaches, by their own.
std::vector<OpenedFile> opened_files(const Subject& subject, const std::vector<Venv>& venvs);

}  // namespace layer
