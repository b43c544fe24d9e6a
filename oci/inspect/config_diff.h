// What differs between the configs of two images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/read/stored_image.h"

namespace oci {

// A setting that one config has and the other has not, or has with another value.
struct ConfigChange {
  // "Entrypoint", "Env.PATH", "Labels.version", "ExposedPorts.80/tcp"; of the manifest
  // "annotations.NAME". "(document)": the settings are the same, and their config is written in
  // another way; the values are its digests.
  std::string name;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

// By name. Layers are not compared here, nor the dates of the history.
std::vector<ConfigChange> compare_configs(const StoredImage& before, const StoredImage& after);

}  // namespace oci
