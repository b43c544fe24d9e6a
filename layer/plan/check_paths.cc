// Looks at lengths first: a path of at most 255 bytes has no component that is longer.
#include "layer/plan/check_paths.h"

#include <string>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"

namespace layer {
namespace {

constexpr const char* kHelp =
    "shorten it, or what goes before it in the image: --name, --prefix, --shared-root, a DEST";

std::string length_fault(const TarEntry& entry) {
  if (entry.path.size() > kMaxName) {
    std::string message = path_message(entry.path);
    if (!message.empty()) return message;
  }
  const bool is_long =
      entry.type == TarType::kSymlink && size_t{3} * entry.ups + entry.content.size() > kMaxPath;
  return is_long ? link_message(entry.path, entry.link()) : std::string();
}

}  // namespace

void check_paths(const ImagePlan& plan) {
  Diagnostics found;
  for (const LayerPlan& layer : plan.layers) {
    for (const TarEntry& entry : layer.entries) {
      if (entry.tree_entry == kNoTreeEntry) continue;  // implied by an entry with the same fault
      std::string message = length_fault(entry);
      if (!message.empty()) {
        found.error({entry.origin.position(), std::move(message), {}, kHelp});
      }
    }
  }
  found.throw_if_errors();
}

}  // namespace layer
