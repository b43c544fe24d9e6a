// Numbers the files in one directory.
#include "layer/bsdtar/scratch.h"

#include <fmt/core.h>

#include "layer/disk/temporary_path.h"

namespace layer {

Scratch::Scratch(const std::string& folder)
    : folder_(folder),
      directory_(make_temporary_directory(folder, folder,
                                          "cannot create a directory in this directory")) {}

OutputFolder Scratch::place() const {
  OutputFolder place(directory_.path());
  place.called = folder_;
  return place;
}

std::string Scratch::next() {
  return fmt::format("{}/{}", directory_.path(), count_++);
}

}  // namespace layer
