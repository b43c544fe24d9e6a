// Adds up what blobs decompress to.
#include "oci/read/limits.h"

#include <fmt/core.h>

#include <set>
#include <string_view>

#include "layer/base/error.h"

namespace oci {
namespace {

uint64_t stored_size(std::span<const Blob> blobs) {
  std::set<std::string_view> seen;
  uint64_t size = 0;
  for (const Blob& blob : blobs) {
    if (seen.insert(blob.name()).second) size += blob.size();
  }
  return size;
}

}  // namespace

UnpackBudget::UnpackBudget(const layer::UnpackLimit& limit, std::span<const Blob> blobs)
    : UnpackBudget(limit, stored_size(blobs)) {}

void UnpackBudget::take(const Blob& blob, uint64_t plain) {
  if ((taken_ += plain) <= limit_) return;
  throw layer::Error({blob.name()},
                     fmt::format("decompresses to more than {}, the limit for {} bytes",
                                 layer::limit_text(limit_), stored_))
      .with_help(layer::limit_help(option_));
}

}  // namespace oci
