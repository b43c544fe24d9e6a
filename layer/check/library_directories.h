// The directories in which the dynamic linker looks for every program of an image.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/subject.h"
#include "layer/probe/elf_facts.h"

namespace layer {

// In order: /etc/ld.so.conf with what it includes (the cache that ldconfig makes of them is not
// read: it lists the same directories), then the built-in ones. ld.so(8). Absolute, as they are
// written.
std::vector<std::string> library_directories(const Subject& subject, const ElfMachine& machine);

}  // namespace layer
