// Files that hardly anyone means to put into an image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/disk/list_directory.h"

namespace layer {

// Why a path is probably not meant to be packed, in words that follow "goes into the image: "; empty if it
// may be: a repository of git, a file of settings called ".env", a private key. `on_disk` is where it
// is; a file called *.pem is read.
std::string_view why_unmeant(std::string_view path, DiskType type, const std::string& on_disk);

}  // namespace layer
