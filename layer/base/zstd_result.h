// What libzstd's functions return.
#pragma once

#include <cstddef>

namespace layer {

// Returns the result, a size. Throws std::bad_alloc if it says that there is no memory, and
// std::logic_error for any other error: what was asked for was wrong.
size_t check_zstd(size_t result);

}  // namespace layer
