// Recognises files that are probably packed by mistake: .git, .env, private keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/disk/list_directory.h"

namespace layer {

// Why a path is probably not meant to be packed, in words that follow "goes into the image: ";
// empty if it may be meant. Recognised are git repositories, settings files called ".env", and
// private keys. `on_disk` is the path on disk; a file *.pem is read.
std::string_view why_unmeant(std::string_view path, DiskType type, const std::string& on_disk);

// Whether a path below a program's sources is none of them: history, compiled files, a virtual
// environment.
bool is_never_of_app(std::string_view path, DiskType type, const std::string& on_disk);

}  // namespace layer
