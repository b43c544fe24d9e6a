// A text as a file that appears whole or not at all.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "layer/plan/plan_text.h"

namespace cmd {

// Replaces the file at `path`. Throws layer::Error with the path if it cannot be written.
void write_text_file(const std::string& path, std::string_view text);
// The same in pieces, as `write` hands them on.
void write_text_file(const std::string& path,
                     const std::function<void(const layer::WriteText&)>& write);

}  // namespace cmd
