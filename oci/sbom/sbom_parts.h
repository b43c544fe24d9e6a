// What a bill of materials says of an image, for both formats.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/sbom/license.h"
#include "oci/sbom/sbom.h"

namespace oci {

struct SbomPackage {
  const Package* package = nullptr;
  uint32_t number = 0;  // in ImageFacts::packages
  std::string url;
  License license;
};

// In the order of ImageFacts::packages.
std::vector<SbomPackage> sbom_packages(const ImageFacts& image);

// The digest of the manifest or, of an image without one, of the config.
layer::Digest sbom_digest(const StoredImage& image);

// What the image calls itself, by the keys org.opencontainers.image.title and .version of its
// annotations or labels; else its digest.
std::string sbom_title(const StoredImage& image);
std::string sbom_version(const StoredImage& image);

// A UUID (RFC 9562, version 8) that two requests share only if their documents are the same.
std::string sbom_uuid(const SbomRequest& request);

// Hands out each name once: a second "a" becomes "a-2".
class UniqueNames {
 public:
  std::string take(const std::string& name);

 private:
  std::set<std::string> taken_;
  std::map<std::string, size_t> numbers_;  // the last of each name that was taken again
};

layer::Json spdx_sbom(const SbomRequest& request);
layer::Json cyclonedx_sbom(const SbomRequest& request);

}  // namespace oci
