// What the oci tests share: a temporary directory, small tars and layouts made by hand.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "oci/write/image.h"

namespace oci::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string path(std::string_view name = {}) const;
  void write(std::string_view name, std::string_view text) const;
  std::string read(std::string_view name) const;
  // Every file below `name`, sorted; directories end in '/'.
  std::vector<std::string> list(std::string_view name = {}) const;
  // `text` with this directory's path replaced by "TMP".
  std::string without_path(std::string text) const;

 private:
  std::string root_;
};

// What an Error says, or "" when there is none.
std::string error_of(const std::function<void()>& action);

// A member of a tar: a file, or with `link` a symlink.
struct TarMember {
  std::string path;
  std::string text;
  std::string link;
};
std::string make_tar(const std::vector<TarMember>& members);
std::vector<TarMember> read_tar(const std::string& path);

std::string gzip(std::string_view bytes);
std::string zstd(std::string_view bytes);

// A layer as OCI documents speak of it.
struct TestLayer {
  std::string bytes;
  std::string media_type;
  std::string diff_id;
};
TestLayer plain_layer(std::string_view text);
TestLayer gzip_layer(std::string_view text);

// Writes oci-layout, blobs and index.json below `name` and returns the manifest's descriptor. The
// documents are changed before they are digested.
using Change = std::function<void(Json&)>;
Json write_layout(const TemporaryDirectory& folder, const std::string& name,
                  const std::vector<TestLayer>& layers, const Change& change_config = {},
                  const Change& change_manifest = {});
// Stores bytes as a blob of the layout and returns its descriptor.
Json write_blob(const TemporaryDirectory& folder, const std::string& name,
                std::string_view media_type, const std::string& bytes);
void write_index(const TemporaryDirectory& folder, const std::string& name,
                 const std::vector<Json>& manifests);

// An index of one image for each platform, and an attestation as BuildKit adds it.
Json index_of(const TemporaryDirectory& folder, const std::vector<std::string>& platforms);

// The image at TRANSPORT:folder/NAME, and what is said when it cannot be opened.
StoredImage open(const TemporaryDirectory& folder, const std::string& transport,
                 const std::string& name, const std::string& platform = {});
std::string open_error(const TemporaryDirectory& folder, const std::string& transport,
                       const std::string& name, const std::string& platform = {});

// A layer of veneer's own, for assembling.
NewLayer new_layer(const std::string& name);

}  // namespace oci::test
