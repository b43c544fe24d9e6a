// What is at one path of an image, where it leads, and what each layer has there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oci/inspect/image_diff.h"

namespace oci {

// A path on the way, and what is there.
struct PathStep {
  std::string asked;                  // as the link before says it, from the root
  std::string path;                   // where that is, once links in its folders are followed
  const layer::Node* node = nullptr;  // null: nothing is there
};

// An entry of a layer that puts something at the path, or takes it away from there.
struct PathEvent {
  uint32_t layer = 0;
  const LayerMember* member = nullptr;
  std::string place;  // the path, or one above it, that the entry is about
};

struct PathStory {
  // The path itself first; then, as long as a step is a symlink, where that leads. If the last is a
  // symlink nevertheless, it leads nowhere because there are too many.
  std::vector<PathStep> chain;
  std::vector<PathEvent> events;  // at the first step's path, base first

  bool is_found() const { return chain.front().node != nullptr; }
};

// `path` may begin with '/'.
PathStory tell_path(const ImageSubject& subject, std::string_view path);

}  // namespace oci
