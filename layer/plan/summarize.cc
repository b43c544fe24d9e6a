// Adds up what a plan's entries are, for its last line and for what a build prints.
#include <span>

#include "layer/plan/plan_image.h"

namespace layer {

PlanSummary summarize(const ImagePlan& plan) {
  PlanSummary summary = summarize(plan.layers);
  summary.repeated_bytes = plan.repeated_bytes;
  summary.in_base = plan.in_base.size();
  for (const InBase& entry : plan.in_base) summary.bytes_in_base += entry.size;
  return summary;
}

PlanSummary summarize(std::span<const LayerPlan> layers) {
  PlanSummary summary;
  for (const LayerPlan& layer : layers) {
    for (const TarEntry& entry : layer.entries) {
      switch (entry.type) {
        case TarType::kFile:
          ++summary.files;
          summary.stored_bytes += entry.size;
          break;
        case TarType::kSymlink:
          ++summary.symlinks;
          summary.linked_bytes += entry.size;
          break;
        case TarType::kHardlink:
          ++summary.hardlinks;
          summary.linked_bytes += entry.size;
          break;
        case TarType::kDirectory:
          break;
      }
    }
  }
  return summary;
}

}  // namespace layer
