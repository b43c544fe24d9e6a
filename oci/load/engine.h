// A container engine that takes images, whatever it is reached by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oci/load/http_client.h"
#include "oci/load/load_archive.h"
#include "oci/model/platform.h"
#include "oci/read/stored_image.h"

namespace oci {

// How an engine wants archives.
struct EngineFacts {
  std::string name;  // "Docker Engine 28.5.2"
  Platform platform;
  // Of an archive that lacks layers, and of one that has all.
  ArchiveForm partial = ArchiveForm::kDocker;
  ArchiveForm whole = ArchiveForm::kBoth;
  bool takes_zstd = true;
};

// All functions throw Error if the engine cannot be reached, or does not answer in time.
class Engine {
 public:
  Engine() = default;
  virtual ~Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  virtual const EngineFacts& facts() const = 0;

  // For each layer of the image whether the engine has it, so that an archive may lack it; none: it
  // wants them all. If the image that has the name has no layer of it, others are looked at.
  virtual std::vector<bool> find_layers(const StoredImage& image, const std::string& name) = 0;

  // Passes an archive of `size` bytes on, and waits until the engine has the image under the name
  // that is in it. Returns why the engine refuses it, in its own words; no value: it has it.
  virtual std::optional<std::string> load(const std::string& name, uint64_t size,
                                          const FillBytes& fill) = 0;

  // Whether there is an image of this name with the layers of this one.
  virtual bool has_image(const StoredImage& image, const std::string& name) = 0;
};

// The number of layers, from the base on, that two images have in common.
size_t common_layers(const std::vector<layer::DiffId>& wanted,
                     const std::vector<layer::DiffId>& present);

// How many images of an engine are looked at for layers.
inline constexpr size_t kMostImages = 200;

}  // namespace oci
