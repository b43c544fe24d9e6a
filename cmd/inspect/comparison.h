// What `diff` shows of two images.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oci/inspect/config_diff.h"
#include "oci/inspect/image_diff.h"
#include "oci/inspect/layer_diff.h"

namespace cmd {

struct Comparison {
  const oci::ImageSubject& before;
  const oci::ImageSubject& after;
  std::vector<oci::ConfigChange> config;
  oci::LayerDiff layers;
  oci::ImageDiff contents;

  bool has_differences() const;
};

// How many paths are only in one image, or differ.
struct ChangeCounts {
  uint64_t added = 0;
  uint64_t removed = 0;
  uint64_t changed = 0;

  void count(const oci::FileChange& change);
  uint64_t total() const { return added + removed + changed; }
  std::string to_string() const;  // "2 added, 1 changed"
};

Comparison compare(const oci::ImageSubject& before, const oci::ImageSubject& after,
                   oci::CompareTimes times);

// In what the two differ: "content", "mode".
std::vector<std::string_view> difference_names(const oci::FileDifference& difference);

// The packages of a change; null if it is not in that image.
const oci::Package* package_before(const Comparison& comparison, const oci::PackageChange& change);
const oci::Package* package_after(const Comparison& comparison, const oci::PackageChange& change);

}  // namespace cmd
