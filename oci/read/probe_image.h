// What the checks need to know of a stored image: its tree, its files, how it is started.
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

// Fills `probes` while an image is read. Of an ELF file in the first `base_layers` layers, which
// is only looked for, it takes the header; the whole of an interpreter and of what is in runfiles.
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

layer::RunConfig run_config(const ImageConfig& config);

// How many layers of an image lie below those that veneer put there last: as it recorded, or else
// those below the first that its history says is veneer's. No value when veneer made none of them.
std::optional<uint32_t> layers_below_ours(const StoredImage& image);

}  // namespace oci
