// Brings an image into an engine, with as little of it as the engine takes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "oci/load/engine.h"

namespace oci {

// For whoever shows how far it is; counted anew for an archive that is sent again.
struct LoadProgress {
  std::atomic<uint64_t> bytes_done{0};
  std::atomic<uint64_t> bytes_total{0};
};

struct LoadReport {
  size_t layers = 0;
  size_t layers_sent = 0;
  uint64_t image_bytes = 0;  // of the layers as they are stored
  uint64_t sent_bytes = 0;   // of all that was sent
  // Why the engine refused an archive without the layers that it has; empty: it did not.
  std::string refusal;
};

// Sends what the engine lacks, or all of it if the engine refuses that. `name` is in full. Throws
// Error if the engine cannot be reached, or does not take the image.
LoadReport load_image(Engine& engine, const StoredImage& image, const std::string& name,
                      const layer::Limits& limits, LoadProgress& progress);

}  // namespace oci
