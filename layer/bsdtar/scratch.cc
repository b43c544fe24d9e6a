// Makes the directory with mkdtemp.
#include "layer/bsdtar/scratch.h"

#include <fmt/core.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's

#include <cerrno>
#include <utility>

#include "layer/base/error.h"

namespace layer {

Scratch::Scratch(const std::string& folder) {
  const Undisturbed section;
  std::string path = folder + "/.veneer-tar-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    throw system_error(folder, "cannot create a directory in this directory", errno);
  }
  directory_ = TemporaryName(std::move(path), TemporaryKind::kTree);
}

std::string Scratch::next() {
  return fmt::format("{}/{}", directory_.path(), count_++);
}

}  // namespace layer
