// mkdtemp.
#include "layer/bsdtar/scratch.h"

#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's

#include <cerrno>
#include <filesystem>

#include "layer/error.h"

namespace layer {

Scratch::Scratch(const std::string& folder) : path_(folder + "/.veneer-tar-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) {
    throw system_error(folder, "cannot create a directory in it", errno);
  }
}

Scratch::~Scratch() {
  std::error_code ignored;  // a destructor has nobody to tell
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::next() {
  return fmt::format("{}/{}", path_, count_++);
}

}  // namespace layer
