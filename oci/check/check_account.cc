// Reads the tree as far as accounts and file modes need it.
#include "oci/check/check_account.h"

#include <utility>

#include "layer/base/accounts.h"
#include "layer/base/threads.h"
#include "layer/check/tree_view.h"
#include "layer/check/user.h"
#include "layer/model/string_arena.h"
#include "oci/read/probe_image.h"
#include "oci/read/read_tree.h"

namespace oci {
std::vector<layer::Finding> check_account(const StoredImage* base,
                                          std::span<const LayerBlob> layers,
                                          const ImageConfig& config,
                                          const ReadBaseOptions& reading) {
  if (layer::is_numeric_user(config.user)) return {};
  layer::StringArena arena;
  BaseImage image;
  if (base != nullptr) image = read_base(*base, {}, reading, arena);
  const auto base_layers = static_cast<uint32_t>(base != nullptr ? base->layers.size() : 0);
  std::vector<ImageLayer> onto;
  for (const LayerBlob& layer : layers) onto.push_back(stored_layer(layer));
  ProbeVisitor visitor(base_layers, image.probes);
  const layer::ImageTree tree =
      read_layers_onto(std::move(image.tree), onto, base_layers, reading.context, arena, &visitor);
  const layer::RunConfig run = run_config(config);
  layer::Findings findings;
  layer::Threads threads(reading.jobs);
  threads.execute([&] {
    const layer::TreeView view(tree);
    layer::check_user({view, image.probes, run, nullptr, base_layers}, findings);
  });
  return findings.take();
}

}  // namespace oci
