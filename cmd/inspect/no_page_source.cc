// In place of the source that cmd/inspect/page.cmake makes, where the page cannot be built in.
#include "cmd/inspect/page_source.h"

namespace cmd {

std::optional<PageSource> page_source() {
  return std::nullopt;
}

}  // namespace cmd
