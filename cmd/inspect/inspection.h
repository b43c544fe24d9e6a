// What `inspect` shows of an image, and the limits that it may be held to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "oci/inspect/image_diff.h"
#include "oci/inspect/layer_summary.h"
#include "oci/inspect/waste.h"

namespace cmd {

// Added up once, for every form of the report.
struct Inspection {
  const oci::ImageSubject& subject;
  std::vector<oci::LayerSummary> layers;
  oci::Waste waste;
  uint64_t stored = 0;    // bytes of all layers as they are stored
  uint64_t unpacked = 0;  // bytes of their tars
};

Inspection inspect_image(const oci::ImageSubject& subject);

struct InspectLimits {
  std::optional<uint64_t> size;  // bytes of all layers as they are stored
  std::optional<uint64_t> layers;
  std::string waste;  // bytes, or "N%" of the content of all files; empty: no limit
};

// A limit that an image does not keep.
struct Excess {
  std::string limit;  // "max-size"
  uint64_t allowed = 0;
  uint64_t found = 0;
};

// Turns the value of --max-waste into bytes or "N%". Throws layer::Error.
std::string parse_waste_limit(const std::string& text);

std::vector<Excess> find_excess(const Inspection& inspection, const InspectLimits& limits);

// As errors about the image.
std::vector<layer::Diagnostic> excess_faults(const Inspection& inspection,
                                             const std::vector<Excess>& excess);

}  // namespace cmd
