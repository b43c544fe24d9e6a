// The archive that goes to an engine, as a stream: documents, and the layers that it lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"

namespace oci {

// What the archive is for who reads it. kBoth is an OCI layout and a docker archive in one tar.
enum class ArchiveForm : uint8_t { kDocker, kOci, kBoth };

struct LoadRequest {
  std::string name;                       // "docker.io/library/app:1"
  ArchiveForm form = ArchiveForm::kBoth;  // kDocker for an image without a manifest
  // For each layer whether the archive lacks it. Empty: it has all.
  std::vector<bool> left_out;
  bool takes_zstd = true;  // false: layers of zstd are sent plain, under the name of their diff id
};

// Gives the bytes as they are asked for, and holds none of them. What has a digest is verified on the
// way. A layer that is sent plain is read twice, because a tar states sizes first. Throws Error.
class LoadArchive {
 public:
  // `image` outlives the archive.
  LoadArchive(const StoredImage& image, const LoadRequest& request, const layer::Limits& limits);
  LoadArchive(const LoadArchive&) = delete;
  LoadArchive& operator=(const LoadArchive&) = delete;

  uint64_t size() const { return size_; }  // of all, in bytes
  // Fills the span from its start, and returns how much; 0: that was all.
  size_t fill(std::span<std::byte> out);

 private:
  struct Part {
    std::string bytes;  // what is not a layer
    const ImageLayer* layer = nullptr;
    bool is_plain = false;
    uint64_t size = 0;
  };

  void add_text(std::string_view path, std::string_view text);
  void add_header(std::string_view path, uint64_t size);
  void add_padding(uint64_t size);
  void add_bytes(std::string bytes);
  void add_documents(const StoredImage& image, const LoadRequest& request);
  void add_layer(const ImageLayer& layer, const LoadRequest& request);
  std::string layer_path(const ImageLayer& layer, const LoadRequest& request) const;
  size_t fill_from(const Part& part, std::span<std::byte> out);
  size_t fill_plain(const ImageLayer& layer, std::span<std::byte> out);
  void end_part(const Part& part);

  UnpackBudget measuring_;
  UnpackBudget sending_;
  std::vector<Part> parts_;
  uint64_t size_ = 0;
  size_t at_ = 0;          // the part
  uint64_t position_ = 0;  // in it
  std::optional<layer::Sha256> hash_;
  std::optional<PlainStream> plain_;
  std::span<const std::byte> rest_;  // of what plain_ gave last
};

}  // namespace oci
