// The files of an image layout or archive, found by their path in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/read/blob.h"
#include "oci/read/read_context.h"

namespace oci {

// An image layout or archive, whatever form it is stored in.
class Source {
 public:
  virtual ~Source() = default;

  // The file at a relative path such as "index.json" or "blobs/sha256/<hex>"; no value when there
  // is none. Throws Error when what is there is not a regular file.
  virtual std::optional<Blob> find(std::string_view path) const = 0;

  // The name of that file in messages.
  virtual std::string name_of(std::string_view path) const = 0;

  // The same; throws Error if there is no such file.
  Blob get(std::string_view path) const;
  // The blob of this digest, not verified yet. Throws Error if there is none.
  Blob get(const layer::Digest& digest) const { return get(blob_path(digest)); }
};

// A directory. Links in it are followed, because a build system's sandbox stages every file as one.
// What is behind them counts only if its digest is the one that the image names.
std::unique_ptr<Source> open_directory(const std::string& path);

// A tar, plain or compressed with gzip or zstd. A compressed one is first written plain to an
// unnamed file in the context's folder, because its blobs are read out of order. Links between members are
// followed inside the archive (`docker save` of Docker 20.10 links equal layers).
std::unique_ptr<Source> open_archive(const std::string& path, const ReadContext& context);

}  // namespace oci
