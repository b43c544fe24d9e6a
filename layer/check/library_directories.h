// Lists the directories in which the dynamic linker looks for every program of an image.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layer/check/subject.h"
#include "layer/probe/elf_facts.h"

namespace layer {

// The directories in search order, absolute and as written: those of /etc/ld.so.conf and the files
// it includes, then the built-in ones (ld.so(8)). ldconfig's cache is not read, because it lists
// the same directories.
std::vector<std::string> library_directories(const Subject& subject, const ElfMachine& machine);

}  // namespace layer
