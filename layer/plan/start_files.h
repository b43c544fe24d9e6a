// Which files of a Python program are read whenever it starts.
#pragma once

#include <string_view>

namespace layer {

// Whether the path is that of an interpreter or its library, of a module of the standard library
// (or its compiled file) that every start reads, or of a virtual environment's settings. Looks at
// the name alone; the table in start_files.cc says where it comes from.
bool is_python_start_file(std::string_view path);

}  // namespace layer
