// Errors, for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "layer/base/error.h"

namespace cmd {

// {"file": …, "line": …, "column": …} without what is unknown.
nlohmann::json position_json(const layer::Position& position);

// {"errors": […]}, with the message, the position, the notes and the remedy of each.
nlohmann::json error_json(const layer::Error& error);

}  // namespace cmd
