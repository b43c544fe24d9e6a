// What made a run fail, whichever library threw it.
#pragma once

#include <exception>

#include "layer/base/error.h"

namespace cmd {

// Whether it is a fault of veneer: neither the input nor the system has it.
bool is_bug(const std::exception& error);

// The failure as errors: what the system refused in veneer's words, a bug as an internal error.
layer::Error as_error(const std::exception& error);

}  // namespace cmd
