// Texts in a virtual environment that veneer rewrites. None is refused: what they do not say in the
// form that is expected keeps its bytes.
#include <string>
#include <string_view>

#include "layer/python/editable.h"
#include "layer/python/moved_paths.h"
#include "layer/python/record.h"
#include "layer/python/script.h"
#include "layer/python/venv_config.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {

void read_venv_text(std::string_view bytes) {
  const layer::MovedPaths moves({{"/v", "/app/.venv"}, {"/src", "/app/src"}});
  const auto as_it_was = [](std::string_view) { return layer::RecordedFile{}; };
  const std::string record = layer::rewrite_record(bytes, as_it_was);
  require_same(record, layer::rewrite_record(record, as_it_was), "a RECORD changes by itself");
  const layer::VenvAddress address{"/app/.venv", "/usr/bin/python3.11"};
  const std::string config = layer::moved_config(bytes, address);
  require_same(config, layer::moved_config(config, address), "settings change when moved again");
  layer::moved_script(bytes, moves);
  layer::is_python_script(bytes);
  layer::moved_direct_url(bytes, moves);
  moves.replace_in(bytes);
}

}  // namespace fuzz
