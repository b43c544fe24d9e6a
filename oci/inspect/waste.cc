// Sorts files by content.
#include "oci/inspect/waste.h"

#include <algorithm>

#include "layer/model/estargz_names.h"

namespace oci {
namespace {

// One path for each content that is stored and can be seen, in tree order.
std::vector<const layer::Node*> shown_files(const ImageFacts& image) {
  std::vector<const layer::Node*> shown;
  std::vector<bool> is_there(image.files.size());
  for (const layer::Node& node : image.tree.nodes()) {
    if (node.inode == 0 || node.size == 0 || is_there[node.inode - 1]) continue;
    is_there[node.inode - 1] = true;
    shown.push_back(&node);
  }
  return shown;
}

void find_duplicates(const ImageFacts& image, Waste& waste) {
  std::vector<const layer::Node*> shown = shown_files(image);
  const auto content = [&](const layer::Node* node) -> const layer::Digest& {
    return image.files[node->inode - 1].content;
  };
  std::stable_sort(shown.begin(), shown.end(),
                   [&](const auto* a, const auto* b) { return content(a) < content(b); });
  for (size_t begin = 0, end = 0; begin < shown.size(); begin = end) {
    while (end < shown.size() && content(shown[end]) == content(shown[begin])) ++end;
    if (end - begin < 2) continue;
    Duplicate& duplicate =
        waste.duplicates.emplace_back(Duplicate{content(shown[begin]), shown[begin]->size, {}});
    for (size_t i = begin; i < end; ++i) duplicate.paths.push_back(shown[i]->path);
    waste.duplicate_bytes += duplicate.wasted();
  }
  std::sort(waste.duplicates.begin(), waste.duplicates.end(),
            [](const Duplicate& a, const Duplicate& b) {
              if (a.wasted() != b.wasted()) return a.wasted() > b.wasted();
              return a.paths.front() < b.paths.front();
            });
}

}  // namespace

Waste find_waste(const ImageFacts& image) {
  Waste waste;
  for (const StoredFile& file : image.files) {
    waste.content_bytes += file.size;
    if (file.hidden_by == kNone || file.size == 0) continue;
    if (layer::is_estargz_file(file.path)) continue;  // each layer has its own
    waste.hidden.push_back(&file);
    waste.hidden_bytes += file.size;
  }
  std::stable_sort(waste.hidden.begin(), waste.hidden.end(),
                   [](const auto* a, const auto* b) { return a->size > b->size; });
  find_duplicates(image, waste);
  return waste;
}

}  // namespace oci
