// What the page of `inspect --html` is made of, if this program was built with it.
#pragma once

#include <optional>
#include <string_view>

namespace cmd {

struct PageSource {
  std::string_view style;   // CSS
  std::string_view body;    // HTML
  std::string_view script;  // JavaScript
};

// No value if it was built without: cmd/inspect/page.cmake decides which source has this function.
std::optional<PageSource> page_source();

}  // namespace cmd
