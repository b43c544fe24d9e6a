// Keeps each proof in the store, under both digests, because decompressing takes long.
#include "oci/check/prove_layer.h"

#include <fmt/core.h>
#include <tbb/parallel_for.h>

#include <cstddef>
#include <span>
#include <string>

#include "layer/store/memo.h"
#include "oci/read/decompress.h"

namespace oci {
namespace {

layer::Digest proof_key(const layer::Digest& digest, const layer::DiffId& diff_id) {
  const std::string text =
      fmt::format("layer proof 1 {} {}", digest.to_string(), diff_id.digest.to_string());
  return layer::sha256(std::as_bytes(std::span(text)));
}

void prove_layer(const ImageLayer& layer, UnpackBudget& budget) {
  const MeasuredLayer found = measure_layer(layer.blob, budget);
  check_digest(layer, found.digest);
  check_diff_id(layer, found.diff_id);
}

}  // namespace

void prove_layers(const std::vector<ImageLayer>& layers, const layer::Limits& limits,
                  layer::Store* store) {
  std::vector<const ImageLayer*> unknown;
  for (const ImageLayer& layer : layers) {
    const bool is_known =
        store != nullptr && store->find_memo(proof_key(layer.descriptor.digest, layer.diff_id));
    if (!is_known) unknown.push_back(&layer);
  }
  UnpackBudget budget(limits.unpacked, blobs_of(layers));
  tbb::parallel_for(size_t{0}, unknown.size(), [&](size_t i) { prove_layer(*unknown[i], budget); });
  if (store == nullptr) return;
  for (const ImageLayer* layer : unknown) {
    remember_proof(layer->descriptor.digest, layer->diff_id, *store);
  }
}

void remember_proof(const layer::Digest& digest, const layer::DiffId& diff_id,
                    layer::Store& store) {
  layer::MemoWriter memo;
  memo.put(digest);
  memo.put(diff_id.digest);
  store.add_memo(proof_key(digest, diff_id), memo.bytes());
}

}  // namespace oci
