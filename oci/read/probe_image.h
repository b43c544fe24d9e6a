// Collects what the checks need to know of a stored image: its files, how it is started, its base.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "layer/check/subject.h"
#include "layer/probe/probe.h"
#include "oci/model/config.h"
#include "oci/read/read_tree.h"
#include "oci/read/stored_image.h"

namespace oci {

// Fills `probes`, which outlives it, while an image is read. Of an ELF file in the first
// `base_layers` layers it reads only the header, because such a file is only looked for by others;
// not so of an interpreter, or of a file in runfiles.
class ProbeVisitor : public FileVisitor {
 public:
  ProbeVisitor(uint32_t base_layers, layer::Probes& probes)
      : base_layers_(base_layers), probes_(probes) {}

  bool wants(const layer::Node& file, std::span<const std::byte> head) override;
  void take(const layer::Node& file, int fd) override;

 private:
  uint32_t base_layers_;
  layer::Probes& probes_;
};

// How a container of the image is started, as the checks look at it.
layer::RunConfig run_config(const ImageConfig& config);

// How many layers of an image lie below those that veneer put there last: the number that it
// recorded, or else the number of those below the first layer that the history calls veneer's. No
// value when veneer made none of them.
std::optional<uint32_t> layers_below_ours(const StoredImage& image);

}  // namespace oci
