// Lists the software in an image as a bill of materials (SBOM) that other programs read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "layer/base/json.h"
#include "oci/inspect/image_diff.h"

namespace oci {

enum class SbomFormat : uint8_t { kSpdx, kCycloneDx };

struct SbomRequest {
  const ImageSubject& image;
  SbomFormat format = SbomFormat::kSpdx;
  std::string created;       // sbom_time()
  std::string version;       // veneer's
  bool lists_files = false;  // of each package; only CycloneDX has place for them
};

// SPDX 2.3 or CycloneDX 1.6, as JSON. It depends on nothing but the request: where the image lies
// does not matter.
layer::Json make_sbom(const SbomRequest& request);

// When the image was made, in the form that both formats take: UTC, whole seconds. If its config
// does not say so, `otherwise`, and if that is empty or no time, 1970.
std::string sbom_time(const ImageConfig& config, const std::string& otherwise);

}  // namespace oci
